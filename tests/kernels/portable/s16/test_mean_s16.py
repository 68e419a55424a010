"""tc_mean_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.mean_s16 import KERNEL
from tinycompile.quantization import quantize_multiplier


@given(
    sizes=st.lists(st.integers(1, 5), min_size=5, max_size=5),
    factor=cases.FACTORS,
    bounds=cases.bounds("int16"),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference(
    run: Run, sizes: list[int], factor: float, bounds: Any, seed: int
) -> None:
    k0, r0, k1, r1, k2 = sizes
    multiplier, shift = quantize_multiplier(factor)
    p = {
        "kept": (k0, k1, k2),
        "reduced": (r0, r1),
        "multiplier": multiplier,
        "shift": shift,
    } | bounds
    x = e.integers(seed, tuple(sizes), "int16")
    output = np.empty((k0, k1, k2), np.int16)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def mean(x: relax.Expr) -> relax.Expr:
    return relax.op.mean(x, (1, 2))


@pytest.mark.parametrize("scale", [0.05, 0.011, 0.3])
def test_means_are_within_one_step_of_float(scale: float) -> None:
    match = matched(KERNEL, e.unary16(mean, 0.05, scale), "int16", x=(1, 7, 9, 32))
    x = e.integers(1, (7, 9, 32), "int16")
    expected = np.rint(x.astype(float).mean(axis=(0, 1)) * 0.05 / scale)
    found = KERNEL.reference(KERNEL.lower(match).params, x).ravel()
    assert np.abs(found - np.clip(expected, -32768, 32767)).max() <= 1


@pytest.mark.parametrize("value", [-32768, 32767])
def test_the_longest_sum(value: int, run: Run) -> None:
    match = matched(KERNEL, e.unary16(mean, 0.1, 0.1), "int16", x=(1, 256, 256, 1))
    assert KERNEL.refusal(match) is None
    x = np.full((256, 256, 1), value, np.int16)
    output = run(KERNEL, KERNEL.lower(match).params, [x], np.empty(1, np.int16))
    assert abs(int(output[0]) - value) <= 1


def test_int8_is_refused() -> None:
    found = refusal(KERNEL, e.unary16(mean, 0.1, 0.1), x=(1, 4, 5, 6))
    assert found.endswith("Input and output are int16 (they are int8 and int16)")


def test_long_sums_are_refused() -> None:
    found = refusal(KERNEL, e.unary16(mean, 0.1, 0.1), dtype="int16", x=(1, 512, 256, 1))
    assert found.endswith("A sum has at most 2**16 values (it has 131072)")
