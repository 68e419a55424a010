"""TVM's ONNX importer with names: every tensor of the file becomes a variable of the same name.

TVM names variables lv, lv1...; this importer binds each output of a node under its own name, spelt
as in the file. Operators that TVM spells in ways that passes cannot read have our own converters.
"""

from collections.abc import Mapping
from typing import Any

import onnx
import tvm
from tvm import relax
from tvm.ir import Call
from tvm.relax.frontend.onnx import onnx_frontend

from tinycompile.errors import UnsupportedOperator, listed
from tinycompile.frontend.custom import HINT
from tinycompile.frontend.importing import importing
from tinycompile.frontend.onnx.composites import COMPOSITES
from tinycompile.frontend.onnx.custom import with_custom
from tinycompile.frontend.onnx.dynamic import SPELT_OUT
from tinycompile.frontend.onnx.functions import has_body
from tinycompile.frontend.onnx.graph import (
    STANDARD_DOMAINS,
    OnnxGraph,
    attributes,
    describe,
    full_name,
    tensor_type,
)
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.frontend.onnx.operators import OURS
from tinycompile.rewriting.blocks import dataflow

# What TVM imports but only with shapes known at run time, or with control flow.
NOT_STATIC = {
    "NonZero",
    "Unique",
    "Compress",
    "NonMaxSuppression",
    "AllClassNMS",
    "Optional",
    "OptionalHasElement",
    "OptionalGetElement",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SequenceLength",
    "ConcatFromSequence",
    "SplitToSequence",
    "SequenceAt",
    "DynamicQuantizeLinear",
    "Constant",
}
BY_TVM = set(onnx_frontend._get_convert_map()) - NOT_STATIC

CONVERTED = {*BY_TVM, *OURS}


def check_operators(graph: OnnxGraph, *, before_folding: bool = False) -> None:
    """Raises UnsupportedOperator naming every node that cannot be imported, all at once.

    Before constants are folded, standard operators get the benefit of the doubt.
    """
    unknown = [
        node
        for node in graph.nodes
        if not (_is_known(node, graph.opset) or full_name(node) in graph.custom)
    ]
    if before_folding and all(_is_standard(node) for node in unknown):
        return
    if unknown:
        names = listed(_in_words(node, graph.opset) for node in unknown)
        custom = any(node.domain not in STANDARD_DOMAINS for node in unknown)
        raise UnsupportedOperator(f"unsupported operators: {names}{HINT * custom}")


def _in_words(node: onnx.NodeProto, opset: int) -> str:
    if not _is_standard(node):
        return f"{node.domain}.{describe(node)}" if node.domain else describe(node)
    too_early = not onnx.defs.has(node.op_type, opset)
    return f"{describe(node)} (later than opset {opset})" if too_early else describe(node)


def _is_known(node: onnx.NodeProto, opset: int) -> bool:
    if has_body(node, opset):
        return True
    importable = node.op_type in CONVERTED or node.op_type in {*COMPOSITES, *SPELT_OUT}
    standard = node.domain in STANDARD_DOMAINS and onnx.defs.has(node.op_type, opset)
    return importable and standard


def _is_standard(node: onnx.NodeProto) -> bool:
    return node.domain in STANDARD_DOMAINS and onnx.defs.has(node.op_type)


def to_relax(graph: OnnxGraph) -> tvm.IRModule:
    """The graph as one function `main`; static shapes, layouts as in the file."""
    importer = NamingImporter(with_custom(OURS, graph.custom))
    module = importer.from_onnx(graph.to_model().graph, graph.opset)
    return relax.transform.DeadCodeElimination()(module)


class NamingImporter(onnx_frontend.ONNXGraphImporter):  # type: ignore[misc]
    def __init__(self, converters: Mapping[str, Converter]) -> None:
        super().__init__(shape_dict={}, dtype_dict={}, sanitize=False)
        self.converters = converters

    def from_onnx(self, graph: onnx.GraphProto, opset: int) -> tvm.IRModule:
        self.opset = opset
        self._parse_graph_initializers(graph)
        self._outputs = [value.name for value in graph.output]
        parameters = self._inputs_of(graph)
        self._named_variables = set(parameters)
        with self.bb.function("main", params=parameters):
            with dataflow(self.bb):
                self._construct_nodes(graph)
                result = self._result()
            self.bb.emit_func_output(result)
        return self.bb.get()

    def _inputs_of(self, graph: onnx.GraphProto) -> list[relax.Var]:
        """A variable each; TVM's own would have an open shape where a size is 0."""
        constants = {tensor.name for tensor in graph.initializer}
        for value in (v for v in graph.input if v.name not in constants):
            element = value.type.tensor_type.elem_type
            dtype = onnx.helper.tensor_dtype_to_np_dtype(element).name
            shape = tensor_type(value).static_shape
            self._nodes[value.name] = relax.Var(value.name, relax.TensorType(shape, dtype))
        return [self._nodes[v.name] for v in graph.input if v.name not in constants]

    def _result(self) -> relax.Var:
        values = [self._output(name) for name in self._outputs]
        return values[0] if len(values) == 1 else self.bb.emit_output(relax.Tuple(values))

    def _output(self, name: str) -> relax.Var:
        """The variable of an output; one that is only another name of an input gets its own."""
        value = self._nodes[name]
        bound = isinstance(value, relax.Var) and value.name == name
        return (
            value if bound and not isinstance(value, relax.DataflowVar) else self._bind(value, name)
        )

    def _construct_nodes(self, graph: onnx.GraphProto) -> None:
        for node in graph.node:
            made = self._convert(node)
            for name, value in zip(node.output, made, strict=False):
                if name:
                    self._nodes[name] = self._named(value, name)

    def _convert(self, node: onnx.NodeProto) -> list[relax.Expr]:
        inputs = onnx_frontend.onnx_input(
            self._nodes[name] if name else None for name in node.input
        )
        with importing(describe(node), inputs):
            if converter := self.converters.get(full_name(node)):
                operation = Operation(self.bb, node, inputs, attributes(node), self.opset)
                value = converter(operation)
            else:
                value = self._by_tvm(node, inputs)
            return self._fields(self.bb.normalize(value), node)

    def _by_tvm(self, node: onnx.NodeProto, inputs: list[Any]) -> relax.Expr:
        parsed = self._parse_attr(node.attribute)
        parsed["tvm_custom"] = {"name": node.name, "num_outputs": len(node.output)}
        return self._convert_operator(node.op_type, inputs, parsed, self.opset)

    def _fields(self, value: relax.Expr, node: onnx.NodeProto) -> list[relax.Expr]:
        if isinstance(value, relax.Tuple):
            return list(value.fields)
        if isinstance(value.ty, relax.TupleType):
            whole = self._bind(value, node.name or f"{node.output[0]}_all")
            return [relax.TupleGetItem(whole, i) for i in range(len(value.ty.fields))]
        return [value]

    def _named(self, value: Any, name: str) -> Any:
        """Bind a computed value as `name`; constants and tensors with a name stay as they are."""
        computed = isinstance(value, Call | relax.TupleGetItem)
        emitted_by_tvm = isinstance(value, relax.Var) and value not in self._named_variables
        return self._bind(value, name) if computed or emitted_by_tvm else value

    def _bind(self, value: relax.Expr, name: str) -> relax.Var:
        """Bypasses BlockBuilder.emit, which rewrites names (dots, trailing numbers)."""
        value = self.bb.normalize(value)
        kind = relax.Var if name in self._outputs else relax.DataflowVar
        variable = kind(name, value.ty)
        self.bb.emit_normalized(relax.VarBinding(variable, value))
        self._named_variables.add(variable)
        return variable
