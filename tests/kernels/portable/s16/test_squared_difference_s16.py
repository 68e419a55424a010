"""tc_squared_difference_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import square, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.squared_difference_s16 import KERNEL


def squared_difference(x: relax.Expr, y: relax.Expr) -> relax.Expr:
    return square(subtract(x, y))


@given(
    pair=e.shapes(),
    scales=st.tuples(st.floats(0.01, 0.3), st.floats(0.01, 0.3)),
    ratio=st.floats(4.1, 4e5),
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, scales: Any, ratio: float, clip: Any, seed: int
) -> None:
    a, b = scales
    out = ratio * max(a, b) ** 2
    build = e.binary(squared_difference, (a, 0), (b, 0), (out, 0), clip, "int16")
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, "int16", x=pair[0], y=pair[1])


def test_the_largest_difference_is_squared(run: Run) -> None:
    build = e.of_int16(squared_difference, 0.1, 0.1, 0.1 * 0.1 * 2.0**17)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, "int16", x=(999,), y=(999,))
    x, y = (e.integers(seed, (999,), "int16").astype(float) for seed in (0, 1))
    assert np.abs(x - y).max() == 65535
    # Operands are halved and rounded first, which the square doubles.
    assert np.abs(output.ravel() - np.minimum((x - y) ** 2 / 2**17, 32767)).max() <= 2.6


def test_int8_is_refused() -> None:
    found = refusal(KERNEL, e.two(squared_difference), x=(4,), y=(4,))
    assert "they are int8, int8, int8" in found


def test_a_small_output_scale_is_refused() -> None:
    build = e.of_int16(squared_difference, 0.5, 0.25, 1.0)
    assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
        "tc_squared_difference_s16 does not apply: The output's scale is more than 4 times the square of"
        " the larger operand's scale (it is 4 times it)"
    )
