from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.mean_s8 import KERNEL, loops
from tinycompile.quantization import quantize_multiplier


@given(
    sizes=st.lists(st.integers(1, 5), min_size=5, max_size=5),
    zero_point=cases.ZERO_POINTS,
    output_zero_point=cases.ZERO_POINTS,
    factor=cases.FACTORS,
    bounds=cases.bounds(),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference(
    run: Run,
    sizes: list[int],
    zero_point: int,
    output_zero_point: int,
    factor: float,
    bounds: Any,
    seed: int,
) -> None:
    k0, r0, k1, r1, k2 = sizes
    multiplier, shift = quantize_multiplier(factor)
    p = {
        "kept": (k0, k1, k2), "reduced": (r0, r1), "bias": -zero_point * r0 * r1,
        "multiplier": multiplier, "shift": shift, "output_zero_point": output_zero_point,
    } | bounds  # fmt: skip
    x = cases.int8(seed, *sizes)
    output = np.empty((k0, k1, k2), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def mean(x: relax.Expr, axes: Any = (1, 2), scale: float = 0.05) -> Any:
    return quantized(relax.op.mean(real(x), axes), scale, 3)


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((1, 4, 5, 6), [1, 2], [1, 20, 6]),
        ((2, 4, 5, 6), [1, 2], [2, 20, 6]),
        ((2, 4, 5, 6), [0, 2], [1, 2, 4, 5, 6]),
        ((2, 4, 5, 6), [3], [40, 6]),
        ((2, 1, 5, 1), [0, 3], [1, 2, 5]),
        ((2, 4), None, [1, 8]),
        ((1, 4), [0], [4]),
    ],
)
def test_neighbouring_axes_become_one_loop(
    shape: tuple[int, ...], axes: list[int] | None, expected: list[int]
) -> None:
    assert loops(matched(KERNEL, lambda x: mean(x, axes), x=shape)) == expected


@pytest.mark.parametrize("scale", [0.05, 0.011, 0.3])
def test_means_are_within_one_step_of_float(scale: float) -> None:
    match = matched(KERNEL, lambda x: mean(x, scale=scale), x=(1, 7, 9, 32))
    x = cases.int8(1, 7, 9, 32)
    expected = np.rint((x.astype(float).mean(axis=(0, 1)) - 3) * 0.05 / scale) + 3
    found = KERNEL.reference(KERNEL.lower(match).params, x).ravel()
    assert np.abs(found - np.clip(expected, -128, 127)).max() <= 1


def test_int16_is_refused() -> None:
    found = refusal(KERNEL, mean, dtype="int16", x=(1, 4, 5, 6))
    assert found.endswith("Input and output are int8 (they are int16 and int8)")


def test_scattered_axes_are_refused() -> None:
    found = refusal(KERNEL, lambda x: mean(x, [1, 3, 5]), x=(2, 2, 2, 2, 2, 2))
    assert found.endswith("the others at most three (there are 6 runs in (2, 2, 2, 2, 2, 2))")


def test_long_sums_are_refused() -> None:
    found = refusal(KERNEL, mean, x=(1, 4096, 4096, 1))
    assert found.endswith("A sum has at most 2**23 values (it has 16777216)")
