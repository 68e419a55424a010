"""AVERAGE_POOL_2D and MAX_POOL_2D equal TFLite Micro bit for bit."""

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.operators.test_convolution import ACTIVATIONS, SAME, VALID, output_size
from tests.tflite_model import Model

KERNELS = {"AVERAGE_POOL_2D": "tc_avg_pool2d_s8", "MAX_POOL_2D": "tc_max_pool2d_s8"}
# (H, W, C), kernel, strides, padding
POOLS = {
    "2x2": ((6, 8, 3), (2, 2), (2, 2), VALID),
    "padded": ((5, 7, 4), (3, 3), (2, 2), SAME),
    "overlapping": ((5, 5, 2), (3, 2), (1, 1), SAME),
    "global": ((7, 6, 9), (7, 6), (1, 1), VALID),
    "1-D": ((1, 20, 3), (1, 4), (1, 4), SAME),
    "large": ((24, 24, 1), (24, 20), (1, 1), SAME),
    "strided past pixels": ((9, 9, 2), (2, 1), (4, 3), VALID),
}


def pool(
    code: str, case: str, activation: str, scale: float, zero_point: int, dtype: str = "int8"
) -> bytes:
    (h, w, c), kernel, strides, padding = POOLS[case]
    model = Model()
    x = model.tensor("x", (1, h, w, c), dtype, scale=scale, zero_point=zero_point)
    out = output_size((h, w), kernel, strides, (1, 1), padding)
    y = model.tensor("y", (1, *out, c), dtype, scale=scale, zero_point=zero_point)
    model.operator(
        code, [x], [y], "Pool2DOptions", version=2, padding=padding,
        filter_height=kernel[0], filter_width=kernel[1],
        stride_h=strides[0], stride_w=strides[1],
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    return model.build([x], [y])


@pytest.mark.parametrize("case", POOLS)
@pytest.mark.parametrize("code", KERNELS)
def test_pools(code: str, case: str, run: Run) -> None:
    data = pool(code, case, "none", scale=0.1, zero_point=-20)
    assert_equals_tflite_micro(data, [KERNELS[code]], run)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("zero_point", [-60, 5, 60])
@pytest.mark.parametrize("code", KERNELS)
def test_fused_activations(code: str, activation: str, zero_point: int, run: Run) -> None:
    data = pool(code, "overlapping", activation, scale=0.02, zero_point=zero_point)
    assert_equals_tflite_micro(data, [KERNELS[code]], run)


@pytest.mark.parametrize(
    ("case", "activation"),
    [*((case, "none") for case in POOLS), *(("overlapping", a) for a in ACTIVATIONS)],
)
@pytest.mark.parametrize("code", KERNELS)
def test_int16(code: str, case: str, activation: str, run: Run) -> None:
    data = pool(code, case, activation, scale=2.9e-4, zero_point=0, dtype="int16")
    kernel = KERNELS[code].replace("_s8", "_s16")
    assert_equals_tflite_micro(data, [kernel], run, seeds=2)


def test_padding_of_max_pool_never_wins(run: Run) -> None:
    """With all inputs at -128 nothing above it may come out of the padding."""
    model = Model()
    x = model.tensor("x", (1, 3, 3, 1), scale=0.1, zero_point=10)
    y = model.tensor("y", (1, 3, 3, 1), scale=0.1, zero_point=10)
    model.operator(
        "MAX_POOL_2D", [x], [y], "Pool2DOptions", version=2, padding=tflite.Padding.SAME,
        filter_height=3, filter_width=3, stride_h=1, stride_w=1,
    )  # fmt: skip
    outputs = assert_equals_tflite_micro(model.build([x], [y]), ["tc_max_pool2d_s8"], run)
    assert np.unique(outputs).size > 5
