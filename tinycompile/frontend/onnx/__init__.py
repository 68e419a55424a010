"""ONNX files: read, brought to one form, and imported by TVM as a `Source`.

The form: QDQ quantisation in int8 or int16, opset 13 or later, static shapes, no computation on shapes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from types import MappingProxyType

import onnx

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.custom import NO_OPERATORS, Operators
from tinycompile.frontend.importing import in_file
from tinycompile.frontend.onnx.composites import compose
from tinycompile.frontend.onnx.control import check_control, unroll
from tinycompile.frontend.onnx.cutting import cut
from tinycompile.frontend.onnx.decided import drop_decided
from tinycompile.frontend.onnx.dynamic import multiply_reals, spell_out
from tinycompile.frontend.onnx.file import read
from tinycompile.frontend.onnx.floats import to_float32
from tinycompile.frontend.onnx.functions import expand_functions
from tinycompile.frontend.onnx.graph import OnnxGraph, describe
from tinycompile.frontend.onnx.importer import CONVERTED, check_operators, to_relax
from tinycompile.frontend.onnx.int4 import widen
from tinycompile.frontend.onnx.int8 import (
    check_constant_parameters,
    check_symmetric_channels,
    quantization,
    to_int8,
)
from tinycompile.frontend.onnx.int16 import keep_sums_wide
from tinycompile.frontend.onnx.interpolation import interpolate_reals
from tinycompile.frontend.onnx.opset import raise_opset
from tinycompile.frontend.onnx.qonnx import quantizers_to_qdq
from tinycompile.frontend.onnx.rewrite import rewrite_to_qdq
from tinycompile.frontend.onnx.shapes import DynamicShape, Shape, fix_inputs, fold_constants
from tinycompile.frontend.onnx.windows import refuse_large_windows
from tinycompile.frontend.source import Source

LARGEST = 2**31 - 1  # elements: what sizes in the C code hold
NO_SHAPES: Mapping[str, Shape] = MappingProxyType({})


def load(
    path: Path,
    *,
    shapes: Mapping[str, Shape] = NO_SHAPES,
    operators: Operators = NO_OPERATORS,
    outputs: Sequence[str] = (),
) -> Source:
    """Import `path`; `shapes` fixes inputs whose shapes the file leaves open, `operators` are custom ones.

    The graph ends at the tensors or nodes called `outputs`, if there are any.
    Raises InvalidModel, DynamicShape or UnsupportedOperator, with one line for the user.
    """
    graph = replace(read(path, outputs), custom=operators)
    nodes = _makers(graph)
    packs = widen(graph)
    with in_file(path):
        quantizers_to_qdq(graph)
        rewrite_to_qdq(graph)
        check_operators(graph, before_folding=True)
        notes = fix_inputs(graph, shapes) + to_float32(graph)
        graph = raise_opset(graph)
        fold_constants(graph)
        multiply_reals(graph)
        while (
            unroll(graph)
            or expand_functions(graph, CONVERTED)
            or compose(graph)
            or spell_out(graph)
            or drop_decided(graph)
        ):
            fold_constants(graph)
        check_control(graph)
        check_operators(graph)
        check_constant_parameters(graph)
        interpolate_reals(graph)
        notes += to_int8(graph)
        check_symmetric_channels(graph)
        keep_sums_wide(graph)
        known = _static_shapes(graph, nodes, notes)
        module = to_relax(graph)
    return Source(
        path=path,
        format="onnx",
        module=module,
        inputs=[value.name for value in graph.inputs],
        outputs=[value.name for value in graph.outputs],
        shapes=known,
        quantization=quantization(graph),
        nodes={node.name: describe(node) for node in graph.nodes if len(node.output) > 1}
        | _makers(graph)
        | {
            name: text
            for name, text in nodes.items()
            if name in known and name not in graph.constants
        },
        notes=notes,
        cut=outputs,
        packs=packs,
    )


def promised(path: Path, outputs: Sequence[str] = ()) -> onnx.ModelProto:
    """The model whose numbers the C has: not the file's where that rounds more, or has QONNX's quantisers.

    It ends at `outputs`, if there are any.
    """
    model, graph = onnx.load(path), read(path, outputs)
    if outputs:
        cut(model, outputs)
    before = [node.SerializeToString() for node in graph.nodes]
    kinds = {value.dtype for value in graph.constants.values()}
    quantizers_to_qdq(graph)
    retyped = to_float32(graph)
    multiply_reals(graph)
    same = not retyped and kinds == {value.dtype for value in graph.constants.values()}
    if same and before == [node.SerializeToString() for node in graph.nodes]:
        return model
    for node in graph.nodes:
        node.name = ""  # may be there several times now
    return graph.to_model()


def _makers(graph: OnnxGraph) -> dict[str, str]:
    """Tensor -> the node that makes it, in words; what is quantised is made by what computes it."""
    makers: dict[str, str] = {}
    for node in graph.nodes:
        computed = makers.get(node.input[0]) if node.op_type == "QuantizeLinear" else None
        text = describe(node) if computed is None or computed.startswith("Dequantize") else computed
        makers.update((name, text) for name in node.output if name)
    return makers


def _static_shapes(graph: OnnxGraph, nodes: dict[str, str], notes: list[str]) -> dict[str, Shape]:
    """Shape of every tensor. Raises DynamicShape for one that cannot be computed."""
    types = graph.types()
    refuse_large_windows(graph, types, notes)
    shapes = {name: t.static_shape for name, t in types.items() if t.static_shape is not None}
    for name, shape in shapes.items():
        if prod(shape) > LARGEST:
            raise InvalidModel(f"tensor {name!r} of shape {shape} is larger than any memory here")
    for value in graph.outputs:
        if 0 in shapes.get(value.name, ()):
            raise UnsupportedOperator(
                f"output {value.name!r} has no elements, its shape is {shapes[value.name]}; leave it out"
            )
    for node in graph.nodes:
        for name in node.output:
            if name and name not in shapes:
                raise DynamicShape(
                    f"{nodes.get(name, describe(node))}: the shape of its output {name!r} is not "
                    "known before running: it depends on values, or the inputs' shapes do not fit "
                    f"the network{''.join(f' ({note})' for note in notes)}"
                )
    return shapes
