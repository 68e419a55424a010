"""FULLY_CONNECTED, and constants of all products, equal TFLite Micro."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.operators.test_convolution import ACTIVATIONS, BITS, data_tensor, weighted
from tests.tflite_model import Model


@BITS
@pytest.mark.parametrize("shape", [(1, 7), (5, 16), (1, 2, 3, 16), (1, 1300)])
@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("activation", ["none", "relu"])
def test_fully_connected(
    shape: tuple[int, ...], per_channel: bool, activation: str, bits: int, run: Run
) -> None:
    rng, model = np.random.default_rng(sum(shape)), Model()
    x = data_tensor(model, "x", shape, 0.05, int(rng.integers(-128, 128)), bits)
    constants = weighted(model, rng, (9, shape[-1]), 0, per_channel=per_channel, bits=bits)
    y = data_tensor(model, "y", (*shape[:-1], 9), 0.3, 3, bits)
    model.operator(
        "FULLY_CONNECTED", [x, *constants], [y], "FullyConnectedOptions", version=4,
        keep_num_dims=len(shape) > 2, fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    assert_equals_tflite_micro(model.build([x], [y]), [f"tc_fully_connected_s{bits}"], run)


@pytest.mark.parametrize("code", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
@pytest.mark.parametrize("zero_points", [(5,), (-5,), (5, 5, 5, 5)])
def test_a_zero_point_of_weights_counts_for_one_scale_of_a_fully_connected_layer(
    code: str, zero_points: tuple[int, ...], run: Run
) -> None:
    """TFLite does not look at others."""
    convolves, scales = code != "FULLY_CONNECTED", np.full(len(zero_points), 0.01, np.float32)
    depthwise = code.startswith("D")
    rng, model = np.random.default_rng(0), Model()
    x = model.tensor("x", (1, 3, 3, 4) if convolves else (9, 4), scale=0.05, zero_point=3)
    shape = (1, 1, 1, 4) if depthwise else (4, 1, 1, 4) if convolves else (4, 4)
    weights = rng.integers(-128, 128, shape).astype(np.int8)
    axis = 3 if depthwise else 0
    w = model.constant("w", weights, scale=scales, zero_point=zero_points, axis=axis)
    b = model.constant("b", rng.integers(-900, 900, 4).astype(np.int32), scale=scales * 0.05)
    y = model.tensor("y", (1, 3, 3, 4) if convolves else (9, 4), scale=0.1, zero_point=-9)
    if convolves:
        options = "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions"
        values = {"stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
        values |= {"depth_multiplier": 1} if depthwise else {}
        model.operator(code, [x, w, b], [y], options, version=3, **values)
        kernel = "tc_depthwise_conv2d_s8" if depthwise else "tc_conv2d_s8"
    else:
        model.operator(code, [x, w, b], [y], "FullyConnectedOptions", version=4)
        counts = len(zero_points) == 1
        kernel = "tc_fully_connected_offset_s8" if counts else "tc_fully_connected_s8"
    assert_equals_tflite_micro(model.build([x], [y]), [kernel], run)


@pytest.mark.parametrize("code", ["CONV_2D", "FULLY_CONNECTED"])
def test_a_bias_at_the_end_of_int32_stays_an_integer(code: str, run: Run) -> None:
    """Dead channels have such biases; sums with those of live ones wrap around."""
    rng, model, shape = np.random.default_rng(0), Model(), (6, 5)
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    weights[:2] = 0
    scales = np.array([1e-8, 1e-8, 1e-8, 1e-8, 0.01, 0.004], np.float32)
    ends = [2**31 - 1, -(2**31)]
    biases = np.array([*ends, *ends, 7, 0], np.int32)
    convolves = code == "CONV_2D"
    x = model.tensor("x", (1, 3, 3, 5) if convolves else (9, 5), scale=0.05, zero_point=-120)
    w = model.constant("w", weights.reshape(6, 1, 1, 5) if convolves else weights, scale=scales)
    b = model.constant("b", biases, scale=scales * np.float32(0.05))
    y = model.tensor("y", (1, 3, 3, 6) if convolves else (9, 6), scale=0.1, zero_point=-9)
    values = {"stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
    if convolves:
        model.operator(code, [x, w, b], [y], "Conv2DOptions", version=3, **values)
    else:
        model.operator(code, [x, w, b], [y], "FullyConnectedOptions", version=4)
    kernel = "tc_conv2d_s8" if convolves else "tc_fully_connected_s8"
    assert_equals_tflite_micro(model.build([x], [y]), [kernel], run)
