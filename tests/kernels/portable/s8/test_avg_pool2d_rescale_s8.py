"""The constraints that it shares with avg_pool2d are tripped in test_avg_pool2d_s8.py."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.avg_pool2d_rescale_s8 import KERNEL
from tinycompile.kernels.shared import window
from tinycompile.quantization import quantize_multiplier


@given(
    p=cases.pools(),
    rest=cases.zero_points_and_bounds(),
    factor=cases.FACTORS,
    counted=st.booleans(),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference(
    run: Run, p: dict[str, Any], rest: Any, factor: float, counted: bool, seed: int
) -> None:
    assume((window.counts(p) > 0).all())
    multiplier, shift = quantize_multiplier(factor / (1 << 16))
    p = p | {"count_padding": int(counted), "fraction_bits": 16} | rest
    p |= {"multiplier": multiplier, "shift": shift}
    x = cases.int8(seed, p["input_h"], p["input_w"], p["channels"])
    output = np.empty((p["output_h"], p["output_w"], p["channels"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def pool(scale: float, zero_point: int, **attributes: Any) -> Any:
    attributes = {"pool_size": (3, 2), "layout": "NHWC", **attributes}
    return lambda x: quantized(relax.op.nn.avg_pool2d(real(x), **attributes), scale, zero_point)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize(("scale", "zero_point"), [(0.05, 3), (0.05, 4), (0.021, -7), (0.4, 100)])
def test_it_is_within_one_step_of_float(counted: bool, scale: float, zero_point: int) -> None:
    build = pool(scale, zero_point, padding=(1, 1, 1, 1), count_include_pad=counted)
    params = KERNEL.lower(matched(KERNEL, build, x=(1, 9, 8, 16))).params
    x = cases.int8(0, 9, 8, 16)
    padded = np.pad((x - 3.0) * 0.05, ((1, 1), (1, 1), (0, 0)))
    inside = np.pad(np.ones((9, 8)), 1)
    expected = np.empty((9, 9, 16))
    for i, j in np.ndindex(9, 9):
        count = 6 if counted else inside[i : i + 3, j : j + 2].sum()
        expected[i, j] = padded[i : i + 3, j : j + 2].sum(axis=(0, 1)) / count
    expected = np.clip(np.rint(expected / scale) + zero_point, -128, 127)
    found = KERNEL.reference(params, x).astype(float)
    assert np.abs(found - expected).max() <= 1
    assert (found == expected).mean() > 0.9  # the others are halves


def test_ceil_mode_with_counted_padding_is_refused() -> None:
    build = pool(0.05, 3, ceil_mode=True, count_include_pad=True)
    found = refusal(KERNEL, build, x=(1, 9, 8, 1))
    assert found.endswith("no window goes beyond it (ceil_mode is set)")


def test_huge_windows_are_refused() -> None:
    found = refusal(KERNEL, pool(0.06, 3, pool_size=(200, 200)), x=(1, 200, 200, 1))
    assert found.endswith("A window has at most 32896 pixels (it has 200 x 200)")
