"""tc_add_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.add_s16 import KERNEL


@given(
    pair=e.shapes(),
    operator=st.sampled_from([add, subtract]),
    a=e.symmetric,
    b=e.symmetric,
    out=e.symmetric,
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, operator: Any, a: Any, b: Any, out: Any, clip: Any, seed: int
) -> None:
    build = e.binary(operator, a, b, out, clip, "int16")
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, "int16", x=pair[0], y=pair[1])


def test_the_sum_is_that_of_the_real_numbers(run: Run) -> None:
    build = e.of_int16(add, 0.1, 0.2, 0.25)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, "int16", x=(50,), y=(50,))
    x, y = (e.integers(seed, (50,), "int16").astype(float) for seed in (0, 1))
    exact = np.clip((0.1 * x + 0.2 * y) / 0.25, -32768, 32767)
    assert np.abs(output.ravel() - exact).max() <= 0.51


def test_int8_is_refused() -> None:
    assert refusal(KERNEL, e.two(add), x=(4,), y=(4,)) == (
        "tc_add_s16 does not apply: Operands and result are int16 (they are int8, int8, int8)"
    )


def test_zero_points_are_refused() -> None:
    build = e.of_int16(add, 0.1, 0.1, 0.1, zero_point=7)
    assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
        "tc_add_s16 does not apply: Operands and result have zero point 0 (they have 7, 7, 0)"
    )


def test_a_tiny_output_scale_is_refused() -> None:
    build = e.of_int16(add, 1.0, 0.5, 2.0**-14)
    assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
        "tc_add_s16 does not apply: The output's scale is more than 2^-14 of the larger operand's scale"
        " (it is 6.1e-05 of it)"
    )
