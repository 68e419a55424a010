"""tc_mul_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.mul_s16 import KERNEL


@given(
    pair=e.shapes(),
    scales=st.tuples(st.floats(0.01, 0.3), st.floats(0.01, 0.3)),
    ratio=st.floats(1.01, 1e5),
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, scales: Any, ratio: float, clip: Any, seed: int
) -> None:
    a, b = scales
    build = e.binary(multiply, (a, 0), (b, 0), (a * b * ratio, 0), clip, "int16")
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, "int16", x=pair[0], y=pair[1])


def test_the_product_is_that_of_the_real_numbers(run: Run) -> None:
    build = e.of_int16(multiply, 0.1, 0.2, 700.0)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, "int16", x=(50,), y=(50,))
    x, y = (e.integers(seed, (50,), "int16").astype(float) for seed in (0, 1))
    assert np.abs(output.ravel() - 0.1 * x * 0.2 * y / 700).max() <= 0.51


def test_int8_is_refused() -> None:
    assert "they are int8, int8, int8" in refusal(KERNEL, e.two(multiply), x=(4,), y=(4,))


def test_a_small_output_scale_is_refused() -> None:
    build = e.of_int16(multiply, 1.0, 0.5, 0.5)
    assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
        "tc_mul_s16 does not apply: The operands' scales, multiplied, are less than the output's"
        " (they are 1 times as large)"
    )
