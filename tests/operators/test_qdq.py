"""What quantisers of ONNX write besides the plain form: it runs on int8, as ONNX Runtime has it."""

from typing import Any

import numpy as np
import pytest

from tests.frontend.onnx_model import integers
from tests.kernels.runtime import Run
from tests.operators.onnx_qdq import Qdq, assert_equals_onnxruntime, compile_model

SCALES = np.array([0.004, 0.01, 0.002, 0.006], np.float32)
FULLY_CONNECTED, CONVOLUTION = "tc_fully_connected_s8", "tc_conv2d_s8"

# x, w, the kernel, attributes
ONE_PIXEL: dict[str, Any] = {
    "1x1": ((1, 6, 1, 1), (4, 6, 1, 1), FULLY_CONNECTED, {}),
    "whole image": ((1, 6, 3, 2), (4, 6, 3, 2), FULLY_CONNECTED, {}),
    "strided": ((1, 6, 3, 3), (4, 6, 2, 2), CONVOLUTION, {"strides": [2, 2]}),
    "padded": ((1, 6, 1, 1), (4, 6, 3, 3), CONVOLUTION, {"pads": [1, 1, 1, 1]}),
    "depthwise": ((1, 4, 3, 3), (4, 1, 3, 3), "tc_depthwise_conv2d_s8", {"group": 4}),
    "1-D": ((1, 6, 5), (4, 6, 5), FULLY_CONNECTED, {}),
    "1-D strided": ((1, 6, 4), (4, 6, 3), CONVOLUTION, {"strides": [3]}),
}


def convolution(
    x: tuple[int, ...], w: Any, bias: Any, dtype: str = "int8", **attributes: Any
) -> Any:
    g = Qdq()
    zero_point = {"int8": 2, "uint8": 130}[dtype]
    data, weights = g.input(x, 0.05, zero_point, dtype), g.weights(w, 0.006)
    g.output(g.node("Conv", data, weights, bias(g), **attributes), 0.5, zero_point, dtype)
    return g.build()


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("case", ONE_PIXEL)
@pytest.mark.parametrize("scale", [0.05 * 0.006, None], ids=["int32 bias", "float bias"])
def test_convolutions_that_leave_one_pixel(case: str, dtype: str, scale: Any, run: Run) -> None:
    x, w, kernel, attributes = ONE_PIXEL[case]

    def bias(g: Qdq) -> str:
        values = np.array([-900, 500, 7, 0], np.int32)
        real = np.float32(values * 0.05 * 0.006 + 1e-5)
        return g.weights(values, np.float32(scale)) if scale else g.constant(real)

    built = convolution(x, integers("int8", *w), bias, dtype, **attributes)
    assert_equals_onnxruntime(built, [kernel], run)


BIASES: dict[str, Any] = {
    "int32 at another scale": lambda g: g.weights(integers("int32", 4) // 2**25, 0.02),
    "int32 with a scale a channel": lambda g: g.weights(integers("int32", 4) // 2**20, SCALES),
    "int8": lambda g: g.weights(integers("int8", 4), 0.02),
    "int8 with a zero point": lambda g: g.weights(integers("int8", 4), 0.02, 7),
    "float": lambda g: g.constant(np.float32([1, -2, 0, 0.5])),
}


@pytest.mark.parametrize("bias", BIASES)
def test_biases_of_any_scale(bias: str, run: Run) -> None:
    built = convolution((1, 3, 6, 6), integers("int8", 4, 3, 3, 3), BIASES[bias])
    assert_equals_onnxruntime(built, [CONVOLUTION], run)


@pytest.mark.parametrize("length", [3, 9])
def test_1d_convolutions_of_int16_with_a_bias(length: int, run: Run) -> None:
    g = Qdq(opset=21)
    x, w = g.input((1, 5, length), 0.0002, 0, "int16"), g.weights(integers("int8", 4, 5, 3), 0.006)
    b = g.weights(integers("int32", 4) // 2**10, np.float32(0.0002) * np.float32(0.006))
    g.output(g.node("Conv", x, w, b), 0.0005, 0, "int16")
    kernel = "tc_fully_connected_s16" if length == 3 else "tc_conv2d_s16"
    assert_equals_onnxruntime(g.build(), [kernel], run)


CONSTANT = integers("int8", 1, 1, 8)
TOGETHER = [((0.05, 2), (0.08, -11)), ((0.02, 7), (0.05, 2)), ((0.02, 7), (0.08, -11))]


@pytest.mark.parametrize("operator", ["Concat", "Max", "Min"])
@pytest.mark.parametrize(("constant", "out"), TOGETHER)
@pytest.mark.parametrize("real", [False, True])
def test_a_constant_meets_a_tensor_of_another_scale(
    operator: str, constant: Any, out: Any, real: bool, run: Run
) -> None:
    g = Qdq()
    c = g.constant(np.float32(CONSTANT * 0.02)) if real else g.weights(CONSTANT, *constant)
    joined = {"axis": 1} if operator == "Concat" else {}
    g.output(g.node(operator, c, g.input((1, 4, 8)), **joined), *out)
    kernels = ["tc_constant", "tc_concat"] if joined else ["tc_min_max_constant_s8"]
    rescaled = ["tc_table_s8"] if out != (0.05, 2) else []
    assert_equals_onnxruntime(g.build(), [*rescaled, *kernels], run)


def test_weights_that_are_quantised_twice(run: Run) -> None:
    g = Qdq()
    w = g.requantize(g.weights(integers("int8", 4, 3, 3, 3), SCALES), 0.02)
    g.output(g.node("Conv", g.input((1, 3, 6, 6)), w), 0.5, 3)
    assert_equals_onnxruntime(g.build(), [CONVOLUTION], run)


@pytest.mark.parametrize("channels", [3, 5], ids=["", "all sizes are 5"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("operator", "attributes"), [("Identity", {}), ("Transpose", {"perm": [0, 1, 2, 3]})]
)
def test_outputs_that_are_the_same_tensor(
    channels: int, first: bool, operator: str, attributes: Any, run: Run
) -> None:
    g = Qdq()
    pooled = g.node("AveragePool", g.input((1, channels, 6, 6)), kernel_shape=[2, 2])
    g.output(pooled, 0.05, 2)
    g.copy("y0", operator, **attributes)
    g.outputs = g.outputs if first else g.outputs[::-1]
    kernels = ["tc_avg_pool2d_s8", "tc_strided_copy", "tc_concat"]  # read as NCHW, it stays that
    assert_equals_onnxruntime(g.build(), kernels, run)


def test_an_output_that_is_an_input(run: Run) -> None:
    g = Qdq()
    g.output(g.node("Relu", g.input((1, 8))), 0.05, 2)
    g.outputs.append(g.inputs[0])
    assert_equals_onnxruntime(g.build(), ["tc_table_s8"], run)


@pytest.mark.parametrize("operator", ["Conv", "ConvTranspose"])
@pytest.mark.parametrize("shape", [(1, 6, 1, 1), (1, 6, 1, 5), (1, 6, 3)])
def test_a_bias_of_one_channel(operator: str, shape: tuple[int, ...], run: Run) -> None:
    g = Qdq()
    kernel = (1, 6) if operator == "Conv" else (6, 1)
    w = g.weights(integers("int8", *kernel, *[1] * (len(shape) - 2)), 0.006)
    b = g.weights(np.array([-900], np.int32), np.float32(0.05) * np.float32(0.006))
    g.output(g.node(operator, g.input(shape), w, b), 0.1, 3)
    assert_equals_onnxruntime(g.build(), [layer_of(operator, shape)], run)


def layer_of(operator: str, shape: tuple[int, ...]) -> str:
    if operator == "ConvTranspose":
        return "tc_transpose_conv2d_s8"
    return FULLY_CONNECTED if shape[2:] == (1, 1) else CONVOLUTION


def test_batch_norm_behind_a_quantised_convolution_is_part_of_it(run: Run) -> None:
    g, rng = Qdq(), np.random.default_rng(3)
    x = g.input((1, 3, 6, 6))
    w = g.weights(integers("int8", 4, 3, 3, 3) | 1, SCALES)  # -128 has no opposite
    statistics = (
        rng.uniform(-2, 2, 4),
        rng.normal(size=4),
        rng.normal(size=4),
        rng.uniform(1, 2, 4),
    )
    constants = [g.constant(values.astype(np.float32)) for values in statistics]
    g.output(
        g.node("Relu", g.node("BatchNormalization", g.node("Conv", x, w), *constants)), 0.3, -128
    )
    assert_equals_onnxruntime(g.build(), [CONVOLUTION], run)


@pytest.mark.parametrize(
    ("operator", "shape", "axis"), [("Conv", (3, 3, 3, 3), 1), ("MatMul", (6, 6), 0)]
)
def test_scales_of_input_channels_are_not_those_of_output_channels(
    operator: str, shape: tuple[int, ...], axis: int, run: Run
) -> None:
    g = Qdq()
    w = g.weights(integers("int8", *shape), np.linspace(0.001, 0.02, shape[axis]), axis=axis)
    x = g.input((1, 3, 6, 6))
    g.output(g.node(operator, x, w), 0.5, 3)
    layer = "tc_conv2d_f32" if operator == "Conv" else "tc_fully_connected_f32"
    assert_equals_onnxruntime(g.build(), ["tc_dequantize_s8_f32", layer, "tc_quantize_f32_s8"], run)


@pytest.mark.parametrize("operator", ["Conv", "MatMul"])
def test_channels_with_zero_points_of_their_own(operator: str, run: Run) -> None:
    shape, axis = ((3, 3, 3, 3), 0) if operator == "Conv" else ((6, 3), 1)
    g = Qdq()
    zero_points = np.array([3, 0, -100], np.int8)
    w = g.weights(integers("int8", *shape), np.array([0.01, 0.02, 0.005]), zero_points, axis=axis)
    g.output(g.node(operator, g.input((1, 3, 6, 6)), w), 0.5, 3)
    layer = "tc_conv2d" if operator == "Conv" else "tc_fully_connected"
    kernels = ["tc_dequantize_s8_f32", f"{layer}_int8_weights_f32", "tc_quantize_f32_s8"]
    assert_equals_onnxruntime(g.build(), kernels, run)


def test_integers_that_stand_for_a_float_tensor_say_so_in_their_name() -> None:
    g = Qdq()
    pooled = g.node("MaxPool", g.input((1, 3, 6, 6)), kernel_shape=[2, 2], output="pooled")
    g.output(pooled, 0.08, 2)
    tensor = compile_model(g.build()).layers[0].output
    assert (tensor.name, tensor.dtype, tensor.real) == ("pooled in int8", "int8", "pooled")


@pytest.mark.parametrize("scales", [(0.5, 0.25), (0.02, 0.04), (0.0371, 0.0912)])
@pytest.mark.parametrize("operator", ["", "Relu", "Sigmoid", "HardSwish", "Abs"])
def test_tables_round_as_onnx_runtime_does(
    operator: str, scales: tuple[float, float], run: Run
) -> None:
    g = Qdq()
    x = g.input((1, 300), scales[0], 3)
    g.output(g.node(operator, x) if operator else x, scales[1], -2)
    assert_equals_onnxruntime(g.build(), ["tc_table_s8"], run, within=0)


def test_a_relu_between_two_scales_leaves_the_first_tensor_as_it_is(run: Run) -> None:
    g = Qdq()
    y = g.node("MatMul", g.input((1, 6)), g.weights(integers("int8", 6, 4), 0.01))
    y = g.node("Relu", g.dequantize(g.quantize(y, 0.1, 3, "int8", output="first"), 0.1, np.int8(3)))
    g.output(y, 0.04, -128)
    assert_equals_onnxruntime(g.build(), [FULLY_CONNECTED, "tc_table_s8"], run, within=3)
    assert compile_model(g.build()).layers[0].output.name == "first"


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("mode", ["half_pixel", "align_corners", "asymmetric"])
def test_integers_may_be_interpolated_as_qlinear_files_do(dtype: str, mode: str, run: Run) -> None:
    g = Qdq(opset=19)
    scales = g.constant(np.float32([1, 1, 2, 2]))
    how = {"mode": "linear", "coordinate_transformation_mode": mode}
    g.integers((1, 3, 5, 6), dtype)
    resized = g.node("Resize", "x0", "", scales, **how)
    zero_point = np.array(3, dtype)
    g.output(g.node("Abs", g.dequantize(resized, 0.05, zero_point)), 0.05, 3, dtype)
    assert_equals_onnxruntime(g.build(), ["tc_resize_bilinear_s8", "tc_table_s8"], run, within=2)
