"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED equal TFLite Micro bit for bit."""

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.tflite_model import Model

SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
ACTIVATIONS = {
    "none": tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu6": tflite.ActivationFunctionType.RELU6,
    "relu_n1_to_1": tflite.ActivationFunctionType.RELU_N1_TO_1,
}


def weighted(
    model: Model,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    axis: int,
    *,
    bias: bool = True,
    per_channel: bool = True,
) -> list[str]:
    """Weights, and a bias if asked for, whose channels lie on `axis`."""
    channels = shape[axis]
    scales = rng.uniform(0.001, 0.02, channels if per_channel else 1).astype(np.float32)
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    names = [model.constant("w", weights, scale=scales, axis=axis)]
    if bias:
        values = rng.integers(-20000, 20000, channels).astype(np.int32)
        names.append(model.constant("b", values, scale=scales * np.float32(0.05)))
    return names


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


def conv2d(
    case: str, activation: str = "none", seed: int = 0, scale: float = 0.3, **weights: bool
) -> bytes:
    (h, w, c), shape, strides, dilations, padding = CONVOLUTIONS[case]
    rng, model = np.random.default_rng(seed), Model()
    x = model.tensor("x", (1, h, w, c), scale=0.05, zero_point=int(rng.integers(-128, 128)))
    constants = weighted(model, rng, shape, 0, **weights)
    out = output_size((h, w), shape[1:3], strides, dilations, padding)
    zero_point = int(rng.integers(-128, 128))
    y = model.tensor("y", (1, *out, shape[0]), scale=scale, zero_point=zero_point)
    model.operator(
        "CONV_2D", [x, *constants], [y], "Conv2DOptions", version=3,
        padding=padding, stride_h=strides[0], stride_w=strides[1],
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
        fused_activation_function=ACTIVATIONS[activation],
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


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_conv2d(case: str, run: Run) -> None:
    outputs = assert_equals_tflite_micro(conv2d(case, seed=len(case)), ["tc_conv2d_s8"], run)
    assert np.unique(outputs).size > 5


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_conv2d_with_fused_activations(activation: str, seed: int, run: Run) -> None:
    data = conv2d("3x3", activation, seed, scale=0.02)
    assert_equals_tflite_micro(data, ["tc_conv2d_s8"], run)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("per_channel", [True, False])
def test_conv2d_of_one_scale_or_without_bias(bias: bool, per_channel: bool, run: Run) -> None:
    data = conv2d("strided", bias=bias, per_channel=per_channel)
    assert_equals_tflite_micro(data, ["tc_conv2d_s8"], run)


@pytest.mark.parametrize("scale", [1e-4, 0.003, 1.7, 4.0])
def test_conv2d_of_extreme_scales(scale: float, run: Run) -> None:
    assert_equals_tflite_micro(conv2d("3x3", scale=scale), ["tc_conv2d_s8"], run)


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


@pytest.mark.parametrize("case", DEPTHWISE)
@pytest.mark.parametrize("activation", ["none", "relu6"])
def test_depthwise_conv2d(case: str, activation: str, run: Run) -> None:
    (h, w, c), multiplier, kernel, strides, dilations, padding = DEPTHWISE[case]
    rng, model = np.random.default_rng(len(case)), Model()
    x = model.tensor("x", (1, h, w, c), scale=0.05, zero_point=int(rng.integers(-128, 128)))
    constants = weighted(model, rng, (1, *kernel, c * multiplier), 3)
    out = output_size((h, w), kernel, strides, dilations, padding)
    y = model.tensor("y", (1, *out, c * multiplier), scale=0.05, zero_point=-7)
    model.operator(
        "DEPTHWISE_CONV_2D", [x, *constants], [y], "DepthwiseConv2DOptions", version=3,
        padding=padding, stride_h=strides[0], stride_w=strides[1], depth_multiplier=multiplier,
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    outputs = assert_equals_tflite_micro(model.build([x], [y]), ["tc_depthwise_conv2d_s8"], run)
    assert np.unique(outputs).size > 5


@pytest.mark.parametrize("shape", [(1, 7), (5, 16), (1, 2, 3, 16), (1, 300)])
@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("activation", ["none", "relu"])
def test_fully_connected(
    shape: tuple[int, ...], per_channel: bool, activation: str, run: Run
) -> None:
    rng, model = np.random.default_rng(sum(shape)), Model()
    x = model.tensor("x", shape, scale=0.05, zero_point=int(rng.integers(-128, 128)))
    constants = weighted(model, rng, (9, shape[-1]), 0, per_channel=per_channel)
    y = model.tensor("y", (*shape[:-1], 9), scale=0.3, zero_point=3)
    model.operator(
        "FULLY_CONNECTED", [x, *constants], [y], "FullyConnectedOptions", version=4,
        keep_num_dims=len(shape) > 2, fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    assert_equals_tflite_micro(model.build([x], [y]), ["tc_fully_connected_s8"], run)
