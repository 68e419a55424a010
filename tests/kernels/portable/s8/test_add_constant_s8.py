"""tc_add_constant_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.add_constant_s8 import KERNEL


@given(
    pair=e.shapes(),
    operator=st.sampled_from([add, subtract]),
    reverse=st.booleans(),
    a=e.quantizations,
    b=e.quantizations,
    out=e.quantizations,
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run,
    pair: Any,
    operator: Any,
    reverse: bool,
    a: Any,
    b: Any,
    out: Any,
    clip: Any,
    seed: int,
) -> None:
    constant = e.integers(seed + 7, pair[1])
    build = e.binary(operator, a, b, out, clip)

    def graph(x: Any) -> Any:
        return build(constant, x) if reverse else build(x, constant)

    e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=pair[0])


def test_a_constant_minus_a_tensor(run: Run) -> None:
    constant = np.arange(-20, 30, dtype=np.int8)

    def graph(x: Any) -> Any:
        return quantized(subtract(real(constant, 0.1, 3), real(x, 0.2, -4)), 0.25, 7)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, 0, x=(50,))
    x = e.integers(0, (50,)).astype(float)
    exact = (0.1 * (constant - 3.0) - 0.2 * (x + 4)) / 0.25 + 7
    assert np.abs(output.ravel() - np.clip(exact, -128, 127)).max() <= 0.5001


def test_a_constant_per_channel_is_refused() -> None:
    assert refusal(KERNEL, e.one_and_constant(add, scale=[0.1, 0.2]), x=(2,)) == (
        "tc_add_constant_s8 does not apply: A constant operand is quantised as a whole, not per channel"
        " (it has 2 scales)"
    )


def test_an_int32_constant_is_refused() -> None:
    assert refusal(KERNEL, e.one_and_constant(add, np.arange(2, dtype=np.int32)), x=(2,)) == (
        "tc_add_constant_s8 does not apply: Operands and result are int8 (they are int8, int32, int8)"
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    constant = np.zeros(e.ALTERNATING["y"], np.int8)
    assert "at most 4 groups" in refusal(
        KERNEL, e.one_and_constant(add, constant), x=e.ALTERNATING["x"]
    )


def test_a_tiny_output_scale_is_refused() -> None:
    def graph(x: Any) -> Any:
        return quantized(add(real(x, 1.0), real(e.CONSTANT)), scale=1e-6)

    assert "more than 2^-19" in refusal(KERNEL, graph, x=(2,))
