"""An ONNX file -> its graph, once its tables have shown to hang together.

Names, types, opset, data kept elsewhere, each node against what ONNX says of its operator.

What only following the graph can tell (order, cycles, who makes what) is in `graph.py`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import AttributeProto, TensorProto, checker, external_data_helper, inliner

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.importing import damaged, in_file
from tinycompile.frontend.onnx.cutting import cut
from tinycompile.frontend.onnx.graph import STANDARD_DOMAINS, OnnxGraph, describe, to_graph

NEWEST_OPSET = onnx.defs.onnx_opset_version()
NUMBERS = {
    TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.BOOL,
    TensorProto.INT4, TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64,
    TensorProto.UINT4, TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64,
}  # fmt: skip


def read(path: Path, outputs: Sequence[str] = ()) -> OnnxGraph:
    """Parse `path` with its external data, as far as `outputs`, if there are any.

    Raises InvalidModel for anything but a sound ONNX graph.
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise InvalidModel(f"{path}: the file {found}")
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except DecodeError as error:
        raise InvalidModel(f"{path}: not an ONNX model, or a damaged one ({error})") from error
    if not model.HasField("graph") or not model.graph.node:
        raise InvalidModel(f"{path}: not an ONNX model: it has no graph with nodes in it")
    with in_file(path):
        _load_external_data(model, path.parent)
        if model.functions:
            with damaged("its functions"):
                model = inliner.inline_local_functions(model)
        if outputs:
            cut(model, outputs)
        _check(model)
        graph = to_graph(model)
        _check_types(graph)
        return graph


def _load_external_data(model: onnx.ModelProto, folder: Path) -> None:
    for tensor in external_data_helper._get_all_tensors(model):
        if not external_data_helper.uses_external_data(tensor):
            continue
        where = f"tensor {tensor.name!r}"
        with damaged(f"{where}: its external data"):
            described = {entry.key: entry.value for entry in tensor.external_data}
            for key in ("offset", "length"):
                if not described.get(key, "0").isdecimal():
                    raise InvalidModel(f"damaged file: {where}: its {key} is {described[key]!r}")
            found = folder / external_data_helper.ExternalDataInfo(tensor).location
            if not found.is_file():
                raise InvalidModel(
                    f"{where} is stored in {found}, which does not exist; "
                    "put that file beside the model"
                )
            external_data_helper.load_external_data_for_tensor(tensor, str(folder))
            tensor.data_location = TensorProto.DEFAULT
            del tensor.external_data[:]


def _check(model: onnx.ModelProto) -> None:
    opset = max((o.version for o in model.opset_import if o.domain in STANDARD_DOMAINS), default=1)
    if opset < 1:
        raise InvalidModel(f"damaged file: its opset is {opset}")
    if opset > NEWEST_OPSET:
        raise UnsupportedOperator(
            f"it is of opset {opset}; the installed onnx knows them up to {NEWEST_OPSET}: "
            f"export the model again with opset {NEWEST_OPSET}, or install a newer onnx"
        )
    if not model.graph.output:
        raise InvalidModel("damaged file: it has no outputs")
    for where, name in _names(model.graph):
        if not isinstance(name, str):  # what protobuf makes of bytes that are no text
            raise InvalidModel(f"damaged file: the name of {where} is not UTF-8: {name!r}")
    for where, values in (
        ("a constant", model.graph.initializer),
        ("an input", model.graph.input),
        ("an output", model.graph.output),
    ):
        if not all(value.name for value in values):
            raise InvalidModel(f"damaged file: {where} has no name")
    context = checker.C.CheckerContext()
    context.ir_version, context.opset_imports = onnx.IR_VERSION, {"": opset}
    for node in model.graph.node:
        _check_node(node, context, opset)


def _names(graph: onnx.GraphProto) -> Iterator[tuple[str, Any]]:
    for value in (*graph.initializer, *graph.input, *graph.output):
        yield "a tensor", value.name
    for index, node in enumerate(graph.node):
        for name in (node.op_type, node.domain, node.name, *node.input, *node.output):
            yield f"node {index} or of one of its tensors", name


def _check_node(node: onnx.NodeProto, context: Any, opset: int) -> None:
    """The counts of inputs and outputs, the attributes and their types, where ONNX defines the operator."""
    node.doc_string = ""
    if node.domain in STANDARD_DOMAINS:
        node.domain = ""
    if not any(node.output):
        raise InvalidModel(f"damaged file: {describe(node)} makes nothing")
    has_body = any(a.type == AttributeProto.GRAPH for a in node.attribute)  # may read our tensors
    known = not node.domain and onnx.defs.has(node.op_type, opset)
    if known and not has_body and not onnx.defs.get_schema(node.op_type, opset).deprecated:
        with damaged(describe(node)):
            checker.check_node(node, context)


def _check_types(graph: OnnxGraph) -> None:
    """Numbers only; of types that numpy has, or that are unpacked into such."""
    for name, array in graph.constants.items():
        if array.dtype.kind not in "biuf" and not str(array.dtype).endswith("int4"):
            kind = "text" if array.dtype.kind == "O" else f"of type {array.dtype}"
            raise UnsupportedOperator(
                f"constant {name!r} is {kind}, not numbers; --outputs can leave out what reads it"
            )
    for value in graph.inputs:
        element = value.type.tensor_type.elem_type
        if value.type.HasField("tensor_type") and element not in NUMBERS:
            kind = dict(map(reversed, TensorProto.DataType.items())).get(
                element, f"number {element}"
            )
            raise UnsupportedOperator(f"input {value.name!r} is of type {kind}, not numbers")
