"""Check an ONNX graph's quantisation, and turn uint8 into int8.

A uint8 tensor with zero point z holds the same real numbers as the int8 tensor that is 128 less
everywhere, with zero point z - 128. Whole regions are shifted at once: all that is connected by
operators which only move or compare values.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import (
    Array,
    OnnxGraph,
    TensorType,
    attributes,
    describe,
    tensor_type,
)
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
    "Resize": 1,
    "ReduceMax": 1,
    "ReduceMin": 1,
    "ArgMax": 1,
    "ArgMin": 1,
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


def check_constant_parameters(graph: OnnxGraph) -> None:
    """Raises UnsupportedOperator unless scales and zero points are constants, not in blocks."""
    for node in _quantizers(graph):
        for name in node.input[1:]:
            if name and name not in graph.constants:
                raise UnsupportedOperator(
                    f"{describe(node)}: {name!r} is computed at run time; scales and zero points "
                    "must be constants (quantise statically)"
                )
        _check_scales(graph.constants[node.input[1]], node)
        if attributes(node).get("block_size", 0):
            raise UnsupportedOperator(
                f"{describe(node)}: quantised in blocks; use a scale per channel or per tensor"
            )


def _check_scales(scales: Array, node: onnx.NodeProto) -> None:
    """Finite ones that float32 holds with all its digits; 0 only makes real values, all of them 0."""
    size = np.abs(scales.astype(np.float64))
    zero = (size == 0) & (node.op_type == "DequantizeLinear")
    wrong = scales[~(np.isfinite(size) & (zero | (size >= np.finfo(np.float32).tiny)))]
    if wrong.size:
        raise UnsupportedOperator(
            f"{describe(node)}: its scale is {wrong.flat[0]:g}; it must be a finite number, "
            "neither 0 nor smaller than 1.2e-38"
        )


def check_symmetric_channels(graph: OnnxGraph) -> None:
    """Raises UnsupportedOperator for a tensor with a scale per channel and zero points other than 0.

    Constants may have them: an operator on these computes in float.
    """
    for node in _quantizers(graph):
        if node.input[0] in graph.constants:
            continue
        if graph.constants[node.input[1]].size > 1 and _zero_point(graph, node).any():
            raise UnsupportedOperator(
                f"{describe(node)}: {node.input[0]!r} has a scale per channel and zero points "
                "other than 0; quantise it as a whole"
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


def _zero_point(graph: OnnxGraph, node: onnx.NodeProto) -> Array:
    return graph.constants[node.input[2]] if _has_input(node, 2) else np.array(0)


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
        _shift_zero_point(graph, node, regions)
        for attribute in node.attribute:
            if attribute.name == "output_dtype" and attribute.i == TensorProto.UINT8:
                attribute.i = TensorProto.INT8
    elif node.op_type == "DequantizeLinear" and regions.is_shifted(node.input[0]):
        _shift_zero_point(graph, node, regions)
    elif node.op_type == "Pad" and regions.is_shifted(node.output[0]) and not _has_input(node, 2):
        _set_input(node, 2, graph.add_constant("zero", np.array(0, np.uint8)))
        node.input[2] = regions.twin(node.input[2])
    for index in data_inputs(node):
        if regions.is_shifted(node.input[index]) and node.input[index] in graph.constants:
            node.input[index] = regions.twin(node.input[index])


def _shift_zero_point(graph: OnnxGraph, node: onnx.NodeProto, regions: "_Regions") -> None:
    if not _has_input(node, 2):
        zero = np.zeros(graph.constants[node.input[1]].shape, np.uint8)
        _set_input(node, 2, graph.add_constant("zero_point", zero))
    node.input[2] = regions.twin(node.input[2])


def _has_input(node: onnx.NodeProto, index: int) -> bool:
    return len(node.input) > index and bool(node.input[index])


def _set_input(node: onnx.NodeProto, index: int, name: str) -> None:
    node.input.extend([""] * (index + 1 - len(node.input)))
    node.input[index] = name


def data_inputs(node: onnx.NodeProto) -> list[int]:
    """Which inputs hold quantised values, as opposed to scales, shapes and indices."""
    if node.op_type == "DequantizeLinear":
        return [0]
    if node.op_type == "Pad":
        return [0, 2] if _has_input(node, 2) else [0]
    interpolates = node.op_type == "Resize" and attributes(node).get("mode", "nearest") != "nearest"
    if node.op_type not in MOVES or node.domain or interpolates:
        return []
    return [i for i in range(MOVES[node.op_type] or len(node.input)) if node.input[i]]


class _Regions:
    """The uint8 tensors, grouped by the operators that connect them (a union-find forest)."""

    def __init__(self, graph: OnnxGraph, types: dict[str, TensorType]) -> None:
        self.graph = graph
        self.twins: dict[str, str] = {}  # uint8 constant -> its int8 form
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

    def twin(self, name: str) -> str:
        """The int8 form of constant `name`, made when it is first asked for."""
        if name not in self.twins:
            values = self.graph.constants[name].astype(np.int16) - OFFSET
            self.twins[name] = self.graph.add_constant(name + SHIFTED, values.astype(np.int8))
        return self.twins[name]

    def _join(self, a: str, b: str) -> None:
        if a in self.parents and b in self.parents:
            self.parents[self._root(a)] = self._root(b)

    def _root(self, name: str) -> str:
        while self.parents[name] != name:
            name = self.parents[name]
        return name
