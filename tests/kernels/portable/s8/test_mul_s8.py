"""tc_mul_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.mul_s8 import KERNEL


@given(
    pair=e.shapes(),
    a=e.quantizations,
    b=e.quantizations,
    out=e.quantizations,
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, a: Any, b: Any, out: Any, clip: Any, seed: int
) -> None:
    build = e.binary(multiply, a, b, out, clip)
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, x=pair[0], y=pair[1])


def test_the_product_is_that_of_the_real_numbers(run: Run) -> None:
    build = e.binary(multiply, (0.1, 3), (0.2, -4), (2.5, 7), None)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, x=(50,), y=(50,))
    x, y = e.integers(0, (50,)).astype(float), e.integers(1, (50,)).astype(float)
    exact = 0.1 * (x - 3) * 0.2 * (y + 4) / 2.5 + 7
    assert np.abs(output.ravel() - np.clip(exact, -128, 127)).max() <= 0.5001


def test_a_constant_is_refused() -> None:
    assert refusal(KERNEL, e.one_and_constant(multiply), x=(2,)) == (
        "tc_mul_s8 does not apply: Neither operand is a constant (input2 is one)"
    )


def test_int16_is_refused() -> None:
    assert "they are int8, int8, int16" in refusal(
        KERNEL, e.two(multiply, dtype="int16"), x=(4,), y=(4,)
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    assert "at most 4 groups" in refusal(KERNEL, e.two(multiply), **e.ALTERNATING)


def test_a_tiny_output_scale_is_refused() -> None:
    def graph(x: Any, y: Any) -> Any:
        return quantized(multiply(real(x, 1.0), real(y, 0.5)), scale=2.0**-16)

    assert refusal(KERNEL, graph, x=(4,), y=(4,)) == (
        "tc_mul_s8 does not apply: The operands' scales, multiplied, are less than 2^14 times the"
        " output's (they are 3.28e+04 times)"
    )
