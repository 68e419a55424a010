"""tc_add_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.add_s8 import KERNEL


@given(
    pair=e.shapes(),
    operator=st.sampled_from([add, subtract]),
    a=e.quantizations,
    b=e.quantizations,
    out=e.quantizations,
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, operator: Any, a: Any, b: Any, out: Any, clip: Any, seed: int
) -> None:
    build = e.binary(operator, a, b, out, clip)
    e.assert_c_equals_the_reference(run, KERNEL, build, seed, x=pair[0], y=pair[1])


def test_the_sum_is_that_of_the_real_numbers(run: Run) -> None:
    build = e.binary(add, (0.1, 3), (0.2, -4), (0.25, 7), None)
    output = e.assert_c_equals_the_reference(run, KERNEL, build, 0, x=(50,), y=(50,))
    x, y = e.integers(0, (50,)).astype(float), e.integers(1, (50,)).astype(float)
    exact = (0.1 * (x - 3) + 0.2 * (y + 4)) / 0.25 + 7
    assert np.abs(output.ravel() - np.clip(exact, -128, 127)).max() <= 0.5001


def test_a_constant_is_refused() -> None:
    assert refusal(KERNEL, e.one_and_constant(add), x=(2,)) == (
        "tc_add_s8 does not apply: Neither operand is a constant (input2 is one)"
    )


def test_int16_is_refused() -> None:
    assert refusal(KERNEL, e.two(add, dtype="int16"), x=(4,), y=(4,)) == (
        "tc_add_s8 does not apply: Operands and result are int8 (they are int8, int8, int16)"
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    assert refusal(KERNEL, e.two(add), **e.ALTERNATING) == (
        "tc_add_s8 does not apply: Operands are broadcast along at most 4 groups of neighbouring axes"
        " (they take 5)"
    )


def test_a_tiny_output_scale_is_refused() -> None:
    def graph(x: Any, y: Any) -> Any:
        return quantized(add(real(x, 1.0), real(y, 0.5)), scale=1e-6)

    assert refusal(KERNEL, graph, x=(4,), y=(4,)) == (
        "tc_add_s8 does not apply: The output's scale is more than 2^-19 of the larger operand's scale"
        " (it is 1e-06 of it)"
    )
