"""MEAN and SUM equal TFLite Micro bit for bit, over any axes and scales."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.tflite_model import Model

AXES = [
    ((1, 5, 6, 7), (1, 2)),
    ((1, 5, 6, 7), (3,)),
    ((1, 5, 6, 7), (1, 3)),
    ((1, 5, 6, 7), (-2,)),
    ((2, 3, 4, 5), (0, 2)),
    ((2, 3, 4, 5), (1, 1, -3)),
    ((2, 3, 4, 5), (0, 1, 2, 3)),
    ((4, 1, 3), (1,)),
    ((6, 5), (0,)),
    ((1, 49, 10, 8), (1, 2)),
    ((2, 3, 2, 3, 4), (1, 3)),
]


def reduction(
    code: str,
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    keep_dims: bool,
    quantization: tuple[float, int, float, int],
    dtype: str = "int8",
) -> bytes:
    in_scale, in_zero_point, out_scale, out_zero_point = quantization
    gone = {axis % len(shape) for axis in axes}
    kept = [1 if i in gone else n for i, n in enumerate(shape) if keep_dims or i not in gone]
    model = Model()
    x = model.tensor("x", shape, dtype, scale=in_scale, zero_point=in_zero_point)
    axis = model.constant("axis", np.array(axes, np.int32))
    y = model.tensor("y", kept, dtype, scale=out_scale, zero_point=out_zero_point)
    model.operator(code, [x, axis], [y], "ReducerOptions", version=2, keep_dims=keep_dims)
    return model.build([x], [y])


@pytest.mark.parametrize(("shape", "axes"), AXES)
@pytest.mark.parametrize("keep_dims", [True, False])
@pytest.mark.parametrize("code", ["MEAN", "SUM"])
def test_axes(
    code: str, shape: tuple[int, ...], axes: tuple[int, ...], keep_dims: bool, run: Run
) -> None:
    out_scale = 0.05 if code == "MEAN" else 1.0
    data = reduction(code, shape, axes, keep_dims, (0.1, 0, out_scale, 3))
    assert_equals_tflite_micro(data, ["tc_mean_s8"], run)


@pytest.mark.parametrize(
    "quantization",
    [
        (0.1, 5, 0.1, 5),
        (0.1, 5, 0.1, 6),
        (0.1, -128, 0.0931, -128),
        (0.3, 127, 0.217, 127),
        (0.3, 0, 0.01, -128),
        (0.017, 0, 0.011, -1),
        (1e-3, 0, 1e-2, 0),
    ],
)
@pytest.mark.parametrize("code", ["MEAN", "SUM"])
def test_scales(code: str, quantization: tuple[float, int, float, int], run: Run) -> None:
    if code == "SUM":
        scale, zero_point, out_scale, out_zero_point = quantization
        quantization = (scale, zero_point, out_scale * 16, out_zero_point)
    data = reduction(code, (1, 4, 4, 32), (1, 2), True, quantization)
    assert_equals_tflite_micro(data, ["tc_mean_s8"], run)


@pytest.mark.parametrize(("shape", "axes"), AXES)
@pytest.mark.parametrize("code", ["MEAN", "SUM"])
@pytest.mark.parametrize("ratio", [0.3, 1.0, 7.7])
def test_int16(
    code: str, shape: tuple[int, ...], axes: tuple[int, ...], ratio: float, run: Run
) -> None:
    factor = ratio * (10 if code == "SUM" else 1)
    data = reduction(code, shape, axes, True, (0.013, 0, 0.013 * factor, 0), "int16")
    assert_equals_tflite_micro(data, ["tc_mean_s16"], run, seeds=2)
