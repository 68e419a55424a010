"""TRANSPOSE_CONV equals TFLite Micro bit for bit."""

from typing import Any

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.operators.test_convolution import (
    ACTIVATIONS,
    BITS,
    SAME,
    VALID,
    data_tensor,
    weighted,
)
from tests.tflite_model import Model

# (H, W, C), (output channels, kernel h, kernel w), strides, padding, extra output rows and columns
CASES = {
    "doubling": ((4, 5, 3), (2, 3, 3), (2, 2), SAME, (0, 0)),
    "doubling, kernel of 2": ((4, 5, 3), (2, 2, 2), (2, 2), SAME, (0, 0)),
    "doubling, kernel of 4": ((3, 3, 6), (5, 4, 4), (2, 2), SAME, (0, 0)),
    "valid": ((4, 5, 3), (2, 3, 4), (2, 3), VALID, (0, 0)),
    "valid, longer": ((4, 5, 3), (2, 3, 3), (2, 2), VALID, (1, 1)),
    "stride beyond the kernel": ((3, 4, 2), (3, 2, 1), (3, 4), VALID, (1, 3)),
    "stride of 1": ((5, 4, 2), (3, 3, 3), (1, 1), SAME, (0, 0)),
    "odd size": ((4, 4, 2), (3, 3, 3), (2, 2), SAME, (-1, -1)),
    "1-D": ((1, 9, 4), (4, 1, 5), (1, 2), SAME, (0, 0)),
}


def transpose_conv(case: str, activation: str = "none", bits: int = 8, **weights: Any) -> bytes:
    (h, w, c), (channels, kh, kw), (sh, sw), padding, (more_h, more_w) = CASES[case]
    height, width = (h * sh, w * sw) if padding == SAME else ((h - 1) * sh + kh, (w - 1) * sw + kw)
    shape = (1, height + more_h, width + more_w, channels)
    rng, model = np.random.default_rng(len(case)), Model()
    size = model.constant("size", np.array(shape, np.int32))
    x = data_tensor(model, "x", (1, h, w, c), 0.05, int(rng.integers(-128, 128)), bits)
    constants = weighted(model, rng, (channels, kh, kw, c), 0, bits=bits, **weights)
    y = data_tensor(model, "y", shape, 0.09, -9, bits)
    model.operator(
        "TRANSPOSE_CONV", [size, constants[0], x, *constants[1:]], [y], "TransposeConvOptions",
        version=4, padding=padding, stride_h=sh, stride_w=sw,
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    return model.build([x], [y])


@BITS
@pytest.mark.parametrize("case", CASES)
def test_transpose_conv(case: str, bits: int, run: Run) -> None:
    data = transpose_conv(case, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_transpose_conv2d_s{bits}"], run)


@BITS
@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_fused_activations(activation: str, bits: int, run: Run) -> None:
    data = transpose_conv("doubling", activation, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_transpose_conv2d_s{bits}"], run)


@BITS
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("per_channel", [True, False])
def test_weights_of_one_scale_or_without_bias(
    bias: bool, per_channel: bool, bits: int, run: Run
) -> None:
    data = transpose_conv("doubling", bias=bias, per_channel=per_channel, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_transpose_conv2d_s{bits}"], run)


def test_int16_with_an_int16_bias(run: Run) -> None:
    data = transpose_conv("doubling", bits=16, bias_dtype="int16")
    assert_equals_tflite_micro(data, ["tc_transpose_conv2d_s16"], run)
