"""QDQ graphs of int16 activations equal ONNX Runtime within 1."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import RANDOM, Array, model, reals, value
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import verify

ZERO = np.array(0, np.int16)


class Network:
    """Nodes and constants of a QDQ graph; weights and biases are per channel."""

    def __init__(self, float_biases: bool = False) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {"zero": ZERO}
        self.float_biases = float_biases

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def quantized(self, data: str, scale: float) -> str:
        self.constants[f"{data}/scale"] = reals(scale)
        parameters = [f"{data}/scale", "zero"]
        integers = self.node("QuantizeLinear", [data, *parameters], f"{data}/integers")
        return self.node("DequantizeLinear", [integers, *parameters], f"{data}/real")

    def dequantized(self, name: str, integers: Array, scales: Array) -> str:
        zeros = np.zeros(scales.shape, integers.dtype)
        self.constants |= {f"{name}/i": integers, f"{name}/s": scales, f"{name}/z": zeros}
        return self.node("DequantizeLinear", [f"{name}/{k}" for k in "isz"], name, axis=0)

    def weights(self, name: str, shape: tuple[int, ...], input_scale: float) -> list[str]:
        integers = RANDOM.integers(-127, 128, shape).astype(np.int8)
        scales = RANDOM.uniform(2**-9, 2**-8, shape[0]).astype(np.float32)
        bias = RANDOM.integers(-(2**24), 2**24, shape[0]).astype(np.int32)
        if self.float_biases:
            self.constants[f"{name}/bias"] = (bias * scales * input_scale).astype(np.float32)
        else:
            self.dequantized(f"{name}/bias", bias, scales * np.float32(input_scale))
        return [self.dequantized(f"{name}/weights", integers, scales), f"{name}/bias"]

    def compiled(self, shape: tuple[int, ...], output: str, folder: Path) -> Compiled:
        made = model(
            self.nodes,
            [value("x", shape)],
            [onnx.ValueInfoProto(name=output)],
            self.constants,
            opset=21,
        )
        made.ir_version = 10
        onnx.save(made, str(folder / "net.onnx"))
        return compile(folder / "net.onnx", target="host")


def symbols(compiled: Compiled) -> list[str]:
    return [layer.kernel.symbol.removeprefix("tc_") for layer in compiled.program.layers]


@pytest.mark.parametrize("float_biases", [False, True])
def test_a_convolutional_network(float_biases: bool, tmp_path: Path) -> None:
    n = Network(float_biases)
    x = n.quantized("x", 2**-12)
    a = n.node("Conv", [x, *n.weights("conv", (8, 3, 3, 3), 2**-12)], "conv", pads=[1, 1, 1, 1])
    a = n.quantized(n.node("Relu", [a], "relu"), 2**-11)
    b = n.node("Conv", [a, *n.weights("depth", (8, 1, 3, 3), 2**-11)], "depth", group=8)
    b = n.quantized(b, 2**-11)
    b = n.node("MaxPool", [b], "pool", kernel_shape=[2, 2], strides=[2, 2])
    b = n.quantized(b, 2**-11)
    b = n.quantized(n.node("Flatten", [b], "flat"), 2**-11)
    b = n.node("Gemm", [b, *n.weights("dense", (5, 72), 2**-11)], "dense", transB=1)
    compiled = n.compiled((1, 3, 8, 8), n.quantized(b, 2**-9), tmp_path)
    assert symbols(compiled) == [
        "quantize_f32_s16", "conv2d_s16", "depthwise_conv2d_s16", "max_pool2d_s16",
        "fully_connected_s16", "dequantize_s16_f32",
    ]  # fmt: skip
    assert all(layer.call.params.get("narrow", 0) == 0 for layer in compiled.program.layers)
    done = verify.verify(compiled, verify.random_inputs(compiled, 12))
    assert done.tensors == 6 and not done.constant


def test_sums_beyond_32_bits_do_not_wrap(tmp_path: Path) -> None:
    n = Network()
    x = n.quantized("x", 2**-12)
    bias = n.dequantized("bias", np.array([2**31 - 1, -(2**31)], np.int32), reals(2**-17, 2**-17))
    weights = n.dequantized("w", np.full((2, 900), 127, np.int8), reals(2**-5, 2**-5))
    y = n.node("Gemm", [x, weights, bias], "y", transB=1)
    compiled = n.compiled((1, 900), n.quantized(y, 4.0), tmp_path)
    inputs = [{"x": np.full((1, 900), level, np.float32)} for level in (7.9, -7.9, 0.3)]
    assert verify.verify(compiled, inputs).tensors == 3


@pytest.mark.parametrize("factor", [1.0, 0.9996, 0.99])
@pytest.mark.parametrize("operator", ["Sigmoid", "Tanh", "Softmax"])
def test_shares_are_exact_not_as_tflite_approximates_them(
    operator: str, factor: float, tmp_path: Path
) -> None:
    net = Network()
    net.node(operator, [net.quantized("x", 2.9e-4)], "share")
    net.quantized("share", 2**-15 * factor)
    compiled = net.compiled((1, 40), "share/real", tmp_path)
    # Sigmoid and Tanh are one function with the roundings to int16 around them.
    assert verify.verify(compiled, verify.random_inputs(compiled, 4)).tensors >= 1
