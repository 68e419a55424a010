"""tc_squared_difference_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import square, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.squared_difference_s8 import KERNEL


def squared_difference(x: Any, y: Any) -> Any:
    return square(subtract(x, y))


@given(
    pair=e.shapes(),
    a=e.quantizations,
    b=e.quantizations,
    out=st.tuples(st.floats(0.01, 30), e.zero_points),
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, a: Any, b: Any, out: Any, clip: Any, seed: int
) -> None:
    build = e.binary(squared_difference, a, b, out, clip)
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, x=pair[0], y=pair[1])


def test_the_square_is_that_of_the_real_numbers(run: Run) -> None:
    build = e.binary(squared_difference, (0.1, 3), (0.2, -4), (9.0, -100), None)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, x=(50,), y=(50,))
    x, y = e.integers(0, (50,)).astype(float), e.integers(1, (50,)).astype(float)
    exact = (0.1 * (x - 3) - 0.2 * (y + 4)) ** 2 / 9 - 100
    assert np.abs(output.ravel() - np.clip(exact, -128, 127)).max() <= 0.6


def test_a_constant_is_refused() -> None:
    assert "input2 is one" in refusal(KERNEL, e.one_and_constant(squared_difference), x=(2,))


def test_int16_is_refused() -> None:
    assert "they are int8, int8, int16" in refusal(
        KERNEL, e.two(squared_difference, dtype="int16"), x=(4,), y=(4,)
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    assert "at most 4 groups" in refusal(KERNEL, e.two(squared_difference), **e.ALTERNATING)


def test_a_small_output_scale_is_refused() -> None:
    def graph(x: Any, y: Any) -> Any:
        return quantized(squared_difference(real(x, 1.0), real(y, 0.5)), scale=2.0**-13)

    assert refusal(KERNEL, graph, x=(4,), y=(4,)) == (
        "tc_squared_difference_s8 does not apply: The output's scale is at least 2^-12 of the square of"
        " the larger operand's scale (it is 0.000122 of it)"
    )
