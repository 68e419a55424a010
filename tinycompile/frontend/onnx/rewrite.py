"""QOperator nodes (QLinearConv, QLinearAdd, QGemm...) -> the float operator between Q/DQ nodes.

TVM's importer knows only the QDQ form, and so does everything behind it. The integer tensors keep
their names; the float tensors that appear between them are called after them.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import Array, OnnxGraph, attributes, describe

DYNAMIC = {"QAttention"}
FLAT_UNTIL = 13  # the opset in which Softmax became one along a single axis
MICROSOFT = "com.microsoft"


class Rewriting:
    """One QOperator node on its way to QDQ; `inputs` are its names, "" for those left out."""

    def __init__(self, graph: OnnxGraph, node: onnx.NodeProto) -> None:
        self.graph, self.node = graph, node
        self.inputs = list(node.input)
        self.made: list[onnx.NodeProto] = []
        self.attributes = attributes(node)

    def input(self, index: int) -> str:
        return self.inputs[index] if index < len(self.inputs) else ""

    def dequantize(self, index: int, axis: int = 0) -> str:
        """The float form of input `index`; its scale and zero point are the next two inputs."""
        parameters = [self.input(index + 1), self.input(index + 2)]
        return self._dequantize(self.inputs[index], parameters, axis)

    def dequantize_bias(self, index: int, factors: Iterable[int], alpha: float = 1.0) -> str:
        """The float form of an int32 bias; its scale is the product of the scales at `factors`."""
        scale = np.array(alpha, np.float32)
        for factor in factors:
            scale = scale * self.constant(self.inputs[factor])
        name = self.graph.add_constant(f"{self.inputs[index]}_scale", scale.astype(np.float32))
        return self._dequantize(self.inputs[index], [name, ""], 0)

    def constant(self, name: str) -> Array:
        if name not in self.graph.constants:
            raise UnsupportedOperator(
                f"{describe(self.node)}: {name!r} is computed at run time, not constant"
            )
        return self.graph.constants[name]

    def _dequantize(self, name: str, parameters: list[str], axis: int) -> str:
        output = self.graph.fresh(f"{name}_dequantized")
        names = [name, *(parameter for parameter in parameters if parameter)]
        self.emit("DequantizeLinear", names, output, axis=axis)
        return output

    def emit(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.made.append(helper.make_node(operator, inputs, [output], self.node.name, **attributes))
        return output

    def quantize(self, real: str, scale: int) -> None:
        """Quantise tensor `real` into the node's output, by the inputs from `scale` on."""
        names = [real, self.input(scale), self.input(scale + 1)]
        if not names[2]:  # the output then has the type of the first input
            names[2] = self.graph.add_constant(
                f"{self.node.output[0]}_zero_point", np.array(0, np.uint8)
            )
        self.emit("QuantizeLinear", names, self.node.output[0])

    def operator(self, name: str, inputs: list[str], scale: int, **attributes: Any) -> None:
        """The float operator over dequantised inputs, quantised by the inputs from `scale` on."""
        real = self.emit(
            name, inputs, self.graph.fresh(f"{self.node.output[0]}_real"), **attributes
        )
        self.quantize(real, scale)


def _conv(r: Rewriting) -> None:
    inputs = [r.dequantize(0), r.dequantize(3)]
    if r.input(8):
        inputs.append(r.dequantize_bias(8, (1, 4)))
    r.operator("Conv", inputs, 6, **r.attributes)


def _matmul(r: Rewriting) -> None:
    weights = r.graph.constants.get(r.inputs[3])
    r.operator(
        "MatMul",
        [r.dequantize(0), r.dequantize(3, weights.ndim - 1 if weights is not None else 0)],
        6,
    )


def _gemm(r: Rewriting) -> None:
    transposed = r.attributes.get("transB", 0)
    inputs = [r.dequantize(0), r.dequantize(3, axis=0 if transposed else 1)]
    if r.input(6):
        inputs.append(r.dequantize_bias(6, (1, 4), r.attributes.get("alpha", 1.0)))
    if r.input(7):
        r.operator("Gemm", inputs, 7, **r.attributes)
    else:
        r.emit("Gemm", inputs, r.node.output[0], **r.attributes)


def _binary(name: str) -> Callable[[Rewriting], None]:
    return lambda r: r.operator(name, [r.dequantize(0), r.dequantize(3)], 6)


def _unary(name: str) -> Callable[[Rewriting], None]:
    return lambda r: r.operator(name, [r.dequantize(0)], 3, **r.attributes)


def _pool(name: str) -> Callable[[Rewriting], None]:
    def rewrite(r: Rewriting) -> None:
        if r.attributes.pop("channels_last", 0):
            raise UnsupportedOperator(
                f"{describe(r.node)} is channels-last; export the model with channels first"
            )
        _unary(name)(r)

    return rewrite


def _softmax(r: Rewriting) -> None:
    """Before opset 13 a softmax spans all dimensions from its axis on; a file may mix both."""
    opset = r.attributes.pop("opset", r.graph.opset)
    if (opset >= FLAT_UNTIL) != (r.graph.opset >= FLAT_UNTIL) and r.attributes.get("axis") != -1:
        raise UnsupportedOperator(
            f"{describe(r.node)} follows opset {opset} in a model of opset {r.graph.opset}; "
            "quantise the model again in its own opset"
        )
    _unary("Softmax")(r)


def _reduce_mean(r: Rewriting) -> None:
    axes = r.attributes.pop("axes", None)
    if axes is not None and r.graph.opset >= 18:
        names = [r.graph.add_constant(f"{r.node.output[0]}_axes", np.array(axes, np.int64))]
    else:
        names, r.attributes = [], r.attributes | ({"axes": axes} if axes is not None else {})
    r.operator("ReduceMean", [r.dequantize(0), *names], 3, **r.attributes)


def _concat(r: Rewriting) -> None:
    parts = [r.dequantize(index) for index in range(2, len(r.inputs), 3)]
    r.operator("Concat", parts, 0, **r.attributes)


def _standard_domain(r: Rewriting) -> None:
    r.emit(r.node.op_type, r.inputs, r.node.output[0], **r.attributes)


def _gelu(r: Rewriting) -> None:
    """0.5 * x * (1 + erf(x / sqrt(2))): ONNX itself has Gelu only since opset 20."""
    (x,), y = r.inputs, r.node.output[0]
    half, one, root = (
        r.graph.add_constant(f"{y}_{name}", np.array(value, np.float32))
        for name, value in (("half", 0.5), ("one", 1.0), ("root", np.sqrt(2.0)))
    )
    erf = r.emit(
        "Erf", [r.emit("Div", [x, root], r.graph.fresh(f"{y}_scaled"))], r.graph.fresh(f"{y}_erf")
    )
    gate = r.emit("Add", [erf, one], r.graph.fresh(f"{y}_gate"))
    r.emit("Mul", [r.emit("Mul", [x, gate], r.graph.fresh(f"{y}_gated")), half], y)


def _dynamic_lstm(r: Rewriting) -> None:
    """Over the same integer weights, each matrix the other way round, with reals as activations."""
    inputs = r.inputs[:8]
    for matrix, scale in ((1, 8), (2, 10)):
        integers, factors = r.constant(r.inputs[matrix]), r.constant(r.inputs[scale])
        zero_points = r.constant(r.inputs[scale + 1]).astype(np.float32)
        along = (len(factors), 1, -1)  # of each direction, maybe of each row
        real = (integers.astype(np.float32) - zero_points.reshape(along)) * factors.reshape(along)
        inputs[matrix] = r.graph.add_constant(
            f"{r.inputs[matrix]}_real", real.transpose(0, 2, 1).astype(np.float32)
        )
    r.made.append(
        helper.make_node("LSTM", inputs, r.node.output, r.node.name or None, **r.attributes)
    )


REWRITES: dict[str, Callable[[Rewriting], None]] = {
    "QLinearConv": _conv,
    "QLinearMatMul": _matmul,
    "QGemm": _gemm,
    "QLinearAdd": _binary("Add"),
    "QLinearMul": _binary("Mul"),
    "QLinearSigmoid": _unary("Sigmoid"),
    "QLinearLeakyRelu": _unary("LeakyRelu"),
    "QLinearSoftmax": _softmax,
    "QLinearAveragePool": _pool("AveragePool"),
    "QLinearGlobalAveragePool": _pool("GlobalAveragePool"),
    "QLinearReduceMean": _reduce_mean,
    "QLinearConcat": _concat,
}
MICROSOFT_REWRITES = REWRITES | {
    "QuantizeLinear": _standard_domain,
    "DequantizeLinear": _standard_domain,
    "Gelu": _gelu,
    "DynamicQuantizeLSTM": _dynamic_lstm,
}


def rewrite_to_qdq(graph: OnnxGraph) -> None:
    """Rewrite every QOperator node. Raises UnsupportedOperator for dynamic quantisation."""
    dynamic = [describe(node) for node in graph.nodes if node.op_type in DYNAMIC]
    if dynamic:
        raise UnsupportedOperator(
            f"the model is quantised dynamically: {', '.join(dynamic)}; "
            "quantise it statically (onnxruntime.quantization.quantize_static, QDQ)"
        )
    nodes = []
    for node in graph.nodes:
        rewrites = MICROSOFT_REWRITES if node.domain == MICROSOFT else REWRITES
        rewrite = rewrites.get(node.op_type)
        if rewrite is None:
            nodes.append(node)
            continue
        rewriting = Rewriting(graph, node)
        rewrite(rewriting)
        nodes.extend(rewriting.made)
    graph.nodes = nodes
