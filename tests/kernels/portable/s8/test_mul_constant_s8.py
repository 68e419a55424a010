"""tc_mul_constant_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.mul_constant_s8 import KERNEL


@given(
    pair=e.shapes(),
    reverse=st.booleans(),
    a=e.quantizations,
    b=e.quantizations,
    out=e.quantizations,
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, reverse: bool, a: Any, b: Any, out: Any, clip: Any, seed: int
) -> None:
    constant = e.integers(seed + 7, pair[1])
    build = e.binary(multiply, a, b, out, clip)

    def graph(x: Any) -> Any:
        return build(constant, x) if reverse else build(x, constant)

    e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=pair[0])


def test_a_constant_per_channel_is_refused() -> None:
    assert "it has 2 scales" in refusal(
        KERNEL, e.one_and_constant(multiply, scale=[0.1, 0.2]), x=(2,)
    )


def test_an_int32_constant_is_refused() -> None:
    constant = np.arange(2, dtype=np.int32)
    assert "they are int8, int32, int8" in refusal(
        KERNEL, e.one_and_constant(multiply, constant), x=(2,)
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    constant = np.zeros(e.ALTERNATING["y"], np.int8)
    assert "at most 4 groups" in refusal(
        KERNEL, e.one_and_constant(multiply, constant), x=e.ALTERNATING["x"]
    )


def test_a_tiny_output_scale_is_refused() -> None:
    def graph(x: Any) -> Any:
        return quantized(multiply(real(x, 1.0), real(e.CONSTANT, 0.5)), scale=2.0**-16)

    assert "less than 2^14 times" in refusal(KERNEL, graph, x=(2,))
