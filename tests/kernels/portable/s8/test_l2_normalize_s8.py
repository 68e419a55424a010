"""tc_l2_normalize_s8: C equals the reference, and nearly the function; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernels.portable.s8.l2_normalize_s8 import KERNEL


def normalized(x: relax.Expr, zero_point: int = 5) -> Any:
    return external.call(external.L2_NORMALIZE_S8, x, relax.const(zero_point, "int32"), ty=x.ty)


@given(
    rows=st.integers(1, 3), depth=st.integers(1, 40), zero_point=cases.ZERO_POINTS, seed=cases.SEEDS
)
def test_c_equals_the_reference(
    run: Run, rows: int, depth: int, zero_point: int, seed: int
) -> None:
    p = {"rows": rows, "depth": depth, "input_zero_point": zero_point}
    x = cases.int8(seed, rows, depth)
    x[0, : depth // 2] = zero_point
    found = run(KERNEL, p, [x], np.empty_like(x))
    np.testing.assert_array_equal(found, KERNEL.reference(p, x))
    real = x.astype(np.float64) - zero_point
    exact = 128 * real / np.maximum(np.linalg.norm(real, axis=1, keepdims=True), 1e-9)
    assert np.abs(found - np.clip(exact, -128, 127)).max() < 1


def test_the_longest_row_does_not_overflow(run: Run) -> None:
    match = matched(KERNEL, lambda x: normalized(x, 127), x=(1, 33025))
    assert KERNEL.refusal(match) is None
    x, params = np.full((1, 33025), -128, np.int8), KERNEL.lower(match).params
    np.testing.assert_array_equal(run(KERNEL, params, [x], x), KERNEL.reference(params, x))


def test_longer_rows_are_refused() -> None:
    found = refusal(KERNEL, normalized, x=(1, 33026))
    assert found.endswith("There is a last axis, of at most 33025 elements (it has 33026)")


def test_a_scalar_is_refused() -> None:
    assert refusal(KERNEL, normalized, x=()).endswith("(it has one element and no axis)")
