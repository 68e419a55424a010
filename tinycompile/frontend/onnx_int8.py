"""Check an ONNX graph's quantisation, and turn uint8 into int8.

A uint8 tensor with zero point z holds the same real numbers as the int8 tensor that is 128 less
everywhere, with zero point z - 128. Whole regions are shifted at once: everything that is connected by
operators which only move or compare values.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx_graph import OnnxGraph, TensorType, attributes, describe, tensor_type
from tinycompile.quantization import QParams

OFFSET = 128
SHIFTED = "_int8"  # behind the name of a shifted constant
# operator -> how many of its leading inputs are data (None: all); the outputs are shifted with them
MOVES: dict[str, int | None] = {
    "Reshape": 1,
    "Transpose": 1,
    "Flatten": 1,
    "Squeeze": 1,
    "Unsqueeze": 1,
    "Identity": 1,
    "Slice": 1,
    "Gather": 1,
    "Split": 1,
    "Tile": 1,
    "Expand": 1,
    "DepthToSpace": 1,
    "SpaceToDepth": 1,
    "MaxPool": 1,
    "Concat": None,
    "Max": None,
    "Min": None,
    "Clip": None,
}


def check_quantization(graph: OnnxGraph) -> None:
    """Scales and zero points must be constants; weights with a scale per channel, symmetric."""
    for node in _quantizers(graph):
        for name in node.input[1:]:
            if name and name not in graph.constants:
                raise UnsupportedOperator(
                    f"{describe(node)}: {name!r} is computed at run time; scales and zero points "
                    "must be constants (quantise statically)"
                )
        if attributes(node).get("block_size", 0):
            raise UnsupportedOperator(
                f"{describe(node)}: quantised in blocks; use a scale per channel or per tensor"
            )
        if graph.constants[node.input[1]].size > 1 and _zero_point(graph, node).any():
            raise UnsupportedOperator(
                f"{describe(node)}: {node.input[0]!r} has a scale per channel and zero points "
                "other than 0; quantise the weights symmetrically"
            )


def quantization(graph: OnnxGraph) -> dict[str, QParams]:
    """Integer tensor -> its parameters, for those that are quantised as a whole."""
    found: dict[str, QParams] = {}
    for node in _quantizers(graph):
        tensor = node.output[0] if node.op_type == "QuantizeLinear" else node.input[0]
        scale = graph.constants[node.input[1]]
        if scale.size == 1 and tensor not in graph.constants:
            zero_point = int(_zero_point(graph, node).reshape(())[()])
            found.setdefault(tensor, QParams(float(scale.reshape(())[()]), zero_point))
    return found


def _quantizers(graph: OnnxGraph) -> Iterator[onnx.NodeProto]:
    return (n for n in graph.nodes if n.op_type in ("QuantizeLinear", "DequantizeLinear"))


def _zero_point(graph: OnnxGraph, node: onnx.NodeProto) -> np.ndarray:
    name = node.input[2] if len(node.input) > 2 else ""
    return graph.constants[name] if name else np.array(0)


def to_int8(graph: OnnxGraph) -> list[str]:
    """Shift the graph's uint8 regions to int8 in place; those that compute on uint8 stay. Notes."""
    regions = _Regions(graph, graph.types())
    notes = []
    for node in graph.nodes:
        _shift_node(graph, node, regions)
    for values, direction in ((graph.inputs, "input"), (graph.outputs, "output")):
        for index, value in enumerate(values):
            if regions.is_shifted(value.name):
                shape = tensor_type(value).shape
                values[index] = helper.make_tensor_value_info(value.name, TensorProto.INT8, shape)
                notes.append(
                    f"{direction} {value.name!r}: uint8 in the model, int8 here (128 less)"
                )
    graph.prune()
    return notes


def _shift_node(graph: OnnxGraph, node: onnx.NodeProto, regions: "_Regions") -> None:
    if node.op_type == "QuantizeLinear" and regions.is_shifted(node.output[0]):
        _shift_zero_point(graph, node)
        for attribute in node.attribute:
            if attribute.name == "output_dtype" and attribute.i == TensorProto.UINT8:
                attribute.i = TensorProto.INT8
    elif node.op_type == "DequantizeLinear" and regions.is_shifted(node.input[0]):
        _shift_zero_point(graph, node)
    for index in data_inputs(node):
        if node.input[index] in graph.constants and regions.is_shifted(node.input[index]):
            node.input[index] = _shifted(graph, node.input[index])


def _shift_zero_point(graph: OnnxGraph, node: onnx.NodeProto) -> None:
    if len(node.input) > 2 and node.input[2]:
        node.input[2] = _shifted(graph, node.input[2])
        return
    scale = graph.constants[node.input[1]]
    zero_point = np.full(scale.shape, -OFFSET, np.int8)
    del node.input[2:]
    node.input.append(graph.add_constant(f"{node.input[0]}_zero_point{SHIFTED}", zero_point))


def _shifted(graph: OnnxGraph, name: str) -> str:
    """The int8 twin of constant `name`, made when it is first asked for."""
    if name + SHIFTED not in graph.constants:
        values = graph.constants[name].astype(np.int16) - OFFSET
        graph.constants[graph.fresh(name + SHIFTED)] = values.astype(np.int8)
    return name + SHIFTED


def data_inputs(node: onnx.NodeProto) -> list[int]:
    """Which inputs hold quantised values, as opposed to scales, shapes and indices."""
    if node.op_type == "DequantizeLinear":
        return [0]
    if node.op_type not in MOVES or node.domain:
        return []
    return [i for i in range(MOVES[node.op_type] or len(node.input)) if node.input[i]]


class _Regions:
    """The uint8 tensors, grouped by the operators that connect them (a union-find forest)."""

    def __init__(self, graph: OnnxGraph, types: dict[str, TensorType]) -> None:
        self.parents = {n: n for n, t in types.items() if t.element == TensorProto.UINT8}
        self.kept: set[str] = set()  # roots of regions that stay uint8
        computed_on = []
        for node in graph.nodes:
            if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
                continue
            data = [node.input[index] for index in data_inputs(node)]
            values = data + list(node.output) if data else []
            for name in values[1:]:
                self._join(values[0], name)
            computed_on += [name for name in [*node.input, *node.output] if name not in values]
        self.kept = {self._root(name) for name in computed_on if name in self.parents}

    def is_shifted(self, name: str) -> bool:
        return name in self.parents and self._root(name) not in self.kept

    def _join(self, a: str, b: str) -> None:
        if a in self.parents and b in self.parents:
            self.parents[self._root(a)] = self._root(b)

    def _root(self, name: str) -> str:
        while self.parents[name] != name:
            name = self.parents[name]
        return name
