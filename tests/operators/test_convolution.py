"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED equal TFLite Micro bit for bit."""

from typing import Any

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model
from tests.tflite_model import Model

SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
ACTIVATIONS = {
    "none": tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu6": tflite.ActivationFunctionType.RELU6,
    "relu_n1_to_1": tflite.ActivationFunctionType.RELU_N1_TO_1,
}


def data_tensor(
    model: Model, name: str, shape: tuple[int, ...], scale: float, zero_point: int, bits: int
) -> str:
    """A tensor of int8, or one of int16 that has the same range but zero point 0."""
    if bits == 8:
        return model.tensor(name, shape, scale=scale, zero_point=zero_point)
    return model.tensor(name, shape, "int16", scale=scale / 256)


def weighted(
    model: Model,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    axis: int,
    *,
    bits: int = 8,
    bias: bool = True,
    bias_dtype: str = "",
    per_channel: bool = True,
) -> list[str]:
    """Weights, and a bias if asked for, whose channels lie on `axis`; `bits` of the activations."""
    channels = shape[axis]
    scales = rng.uniform(0.001, 0.02, channels if per_channel else 1).astype(np.float32)
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    names = [model.constant("w", weights, scale=scales, axis=axis)]
    if bias:
        largest, dtype, scale = (
            (20000, "int32", 0.05) if bits == 8 else (5 << 20, "int64", 0.05 / 256)
        )
        values = rng.integers(-largest, largest, channels).astype(bias_dtype or dtype)
        names.append(model.constant("b", values, scale=scales * np.float32(scale)))
    return names


BITS = pytest.mark.parametrize("bits", [8, 16])

# (H, W, C), (output channels, kernel h, kernel w, C / groups), strides, dilations, padding
CONVOLUTIONS = {
    "3x3": ((6, 5, 3), (4, 3, 3, 3), (1, 1), (1, 1), SAME),
    "valid": ((6, 5, 3), (4, 3, 2, 3), (1, 1), (1, 1), VALID),
    "1x1": ((4, 3, 8), (5, 1, 1, 8), (1, 1), (1, 1), SAME),
    "strided": ((9, 8, 2), (3, 3, 3, 2), (2, 3), (1, 1), SAME),
    "1x1 strided": ((7, 7, 4), (4, 1, 1, 4), (2, 2), (1, 1), VALID),
    "dilated": ((9, 9, 2), (3, 3, 3, 2), (1, 1), (2, 3), SAME),
    "dilated beyond the image": ((3, 3, 2), (3, 3, 3, 2), (1, 1), (4, 4), SAME),
    "kernel larger than the image": ((2, 3, 2), (3, 5, 7, 2), (1, 1), (1, 1), SAME),
    "grouped": ((5, 5, 6), (4, 3, 3, 3), (1, 1), (1, 1), SAME),
    "grouped, strided and dilated": ((9, 7, 6), (6, 3, 2, 2), (2, 1), (1, 2), SAME),
    "1-D": ((1, 20, 4), (6, 1, 5, 4), (1, 2), (1, 1), SAME),
}
COVERING = {"covering": ((5, 4, 3), (6, 5, 4, 3), (1, 1), (1, 1), VALID)}


def conv2d(
    case: str,
    activation: str = "none",
    seed: int = 0,
    scale: float = 0.3,
    bits: int = 8,
    quantized_bias_type: int = 0,
    **weights: Any,
) -> bytes:
    (h, w, c), shape, strides, dilations, padding = (CONVOLUTIONS | COVERING)[case]
    rng, model = np.random.default_rng(seed), Model()
    x = data_tensor(model, "x", (1, h, w, c), 0.05, int(rng.integers(-128, 128)), bits)
    constants = weighted(model, rng, shape, 0, bits=bits, **weights)
    out = output_size((h, w), shape[1:3], strides, dilations, padding)
    zero_point = int(rng.integers(-128, 128))
    y = data_tensor(model, "y", (1, *out, shape[0]), scale, zero_point, bits)
    model.operator(
        "CONV_2D", [x, *constants], [y], "Conv2DOptions", version=3,
        padding=padding, stride_h=strides[0], stride_w=strides[1],
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
        fused_activation_function=ACTIVATIONS[activation], quantized_bias_type=quantized_bias_type,
    )  # fmt: skip
    return model.build([x], [y])


def output_size(
    image: tuple[int, int],
    kernel: tuple[int, ...],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    padding: int,
) -> tuple[int, ...]:
    spans = [0 if padding == SAME else (k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
    return tuple((i - span - 1) // s + 1 for i, span, s in zip(image, spans, strides, strict=True))


@BITS
@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_conv2d(case: str, bits: int, run: Run) -> None:
    data = conv2d(case, seed=len(case), bits=bits)
    outputs = assert_equals_tflite_micro(data, [f"tc_conv2d_s{bits}"], run)
    assert np.unique(outputs).size > 5


@BITS
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_conv2d_with_fused_activations(activation: str, seed: int, bits: int, run: Run) -> None:
    data = conv2d("3x3", activation, seed, scale=0.02, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_conv2d_s{bits}"], run)


@BITS
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("per_channel", [True, False])
def test_conv2d_of_one_scale_or_without_bias(
    bias: bool, per_channel: bool, bits: int, run: Run
) -> None:
    data = conv2d("strided", bias=bias, per_channel=per_channel, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_conv2d_s{bits}"], run)


@BITS
@pytest.mark.parametrize("scale", [1e-4, 0.003, 1.7, 4.0])
def test_conv2d_of_extreme_scales(scale: float, bits: int, run: Run) -> None:
    data = conv2d("3x3", scale=scale, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_conv2d_s{bits}"], run)


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("scale", [1e-4, 0.3])
def test_conv2d_of_int16_with_an_int32_bias(case: str, scale: float, run: Run) -> None:
    """Sums of 32 bits, rounded twice; the output of the finer scale is wrapped and clipped a lot."""
    data = conv2d(case, seed=len(case), scale=scale, bits=16, bias_dtype="int32")
    assert_equals_tflite_micro(data, ["tc_conv2d_s16"], run)


@pytest.mark.parametrize("bias_dtype", ["int32", "int64"])
def test_a_kernel_of_int16_that_covers_its_input(bias_dtype: str, run: Run) -> None:
    data = conv2d("covering", bits=16, bias_dtype=bias_dtype)
    assert_equals_tflite_micro(data, ["tc_fully_connected_s16"], run)


def test_an_int32_bias_of_depthwise_int16_counts_as_int64() -> None:
    """TFLite has no sums of 32 bits there; TFLite Micro would read such a bias as if it were int64."""
    programs = []
    for dtype in ("int32", "int64"):
        rng, model = np.random.default_rng(0), Model()
        x = data_tensor(model, "x", (1, 5, 5, 4), 0.05, 0, 16)
        constants = weighted(model, rng, (1, 3, 3, 4), 3, bits=16, bias_dtype=dtype)
        y = data_tensor(model, "y", (1, 3, 3, 4), 0.05, 0, 16)
        model.operator(
            "DEPTHWISE_CONV_2D", [x, *constants], [y], "DepthwiseConv2DOptions", version=3,
            padding=VALID, stride_h=1, stride_w=1, depth_multiplier=1,
            dilation_h_factor=1, dilation_w_factor=1,
        )  # fmt: skip
        programs.append(compile_model(model.build([x], [y])))
    (one,), (other,) = (program.layers for program in programs)
    for name, value in one.call.params.items():
        np.testing.assert_array_equal(value, other.call.params[name], name)


def test_biases_of_more_than_32_bits(run: Run) -> None:
    """As a channel has whose weights are all but 0."""
    rng, model = np.random.default_rng(0), Model()
    x = model.tensor("x", (2, 40), "int16", scale=2**-12)
    weights, scales = rng.integers(-127, 128, (3, 40), np.int8), np.array([2**-7, 2**-20, 2**-24])
    w = model.constant("w", weights, scale=scales)
    b = model.constant("b", np.array([5 << 18, -(3 << 32), 7 << 36]), scale=scales / 2**12)
    y = model.tensor("y", (2, 3), "int16", scale=2**-8)
    model.operator("FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions", version=4)
    assert_equals_tflite_micro(model.build([x], [y]), ["tc_fully_connected_s16"], run)


def test_sums_of_32_bits_wrap(run: Run) -> None:
    """Products of int16 by large weights, which the files of converters would not have."""
    rng, model = np.random.default_rng(0), Model()
    x = model.tensor("x", (1, 2000), "int16", scale=2**-12)
    weights = rng.choice(np.array([-127, 127], np.int8), (3, 2000))
    w = model.constant("w", weights, scale=2**-7)
    b = model.constant("b", np.array([2**31 - 1, -(2**31), 0], np.int32), scale=2**-19)
    y = model.tensor("y", (1, 3), "int16", scale=2**-3)
    model.operator("FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions", version=4)
    data = model.build([x], [y])
    assert_equals_tflite_micro(data, ["tc_fully_connected_s16"], run, seeds=20)


@pytest.mark.parametrize("asked", [tflite.TensorType.FLOAT32, tflite.TensorType.INT32])
def test_a_file_may_ask_for_sums_of_32_bits_without_a_bias(asked: int, run: Run) -> None:
    data = conv2d("3x3", scale=0.02, bits=16, bias=False, quantized_bias_type=asked)
    assert_equals_tflite_micro(data, ["tc_conv2d_s16"], run)
    (layer,) = compile_model(data).layers
    assert layer.call.params["narrow"] == (asked == tflite.TensorType.INT32)


# (H, W, C), multiplier, (kernel h, kernel w), strides, dilations, padding
DEPTHWISE = {
    "3x3": ((6, 5, 8), 1, (3, 3), (1, 1), (1, 1), SAME),
    "valid": ((6, 5, 3), 1, (3, 2), (1, 1), (1, 1), VALID),
    "strided": ((9, 8, 5), 1, (3, 3), (2, 2), (1, 1), SAME),
    "dilated": ((9, 9, 2), 1, (3, 3), (1, 1), (2, 3), SAME),
    "dilated beyond the image": ((3, 3, 2), 1, (3, 3), (1, 1), (4, 4), SAME),
    "multiplied": ((5, 5, 3), 4, (3, 3), (1, 1), (1, 1), SAME),
    "one channel multiplied": ((9, 5, 1), 8, (5, 4), (2, 2), (1, 1), SAME),
    "1-D": ((1, 20, 4), 1, (1, 5), (1, 1), (1, 1), SAME),
    "whole image": ((4, 6, 7), 1, (4, 6), (1, 1), (1, 1), VALID),
}


@BITS
@pytest.mark.parametrize("case", DEPTHWISE)
@pytest.mark.parametrize("activation", ["none", "relu6"])
def test_depthwise_conv2d(case: str, activation: str, bits: int, run: Run) -> None:
    (h, w, c), multiplier, kernel, strides, dilations, padding = DEPTHWISE[case]
    rng, model = np.random.default_rng(len(case)), Model()
    x = data_tensor(model, "x", (1, h, w, c), 0.05, int(rng.integers(-128, 128)), bits)
    constants = weighted(model, rng, (1, *kernel, c * multiplier), 3, bits=bits)
    out = output_size((h, w), kernel, strides, dilations, padding)
    y = data_tensor(model, "y", (1, *out, c * multiplier), 0.05, -7, bits)
    model.operator(
        "DEPTHWISE_CONV_2D", [x, *constants], [y], "DepthwiseConv2DOptions", version=3,
        padding=padding, stride_h=strides[0], stride_w=strides[1], depth_multiplier=multiplier,
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    kernels = [f"tc_depthwise_conv2d_s{bits}"]
    outputs = assert_equals_tflite_micro(model.build([x], [y]), kernels, run)
    assert np.unique(outputs).size > 5
