"""tc_leaky_relu_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op.nn import leakyrelu

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.leaky_relu_s16 import KERNEL


@given(
    alpha=st.floats(-3, 3, width=32),
    scale=st.floats(0.01, 0.3),
    out=st.floats(0.01, 0.3),
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, alpha: float, scale: float, out: float, clip: Any, seed: int
) -> None:
    graph = e.unary16(lambda x: leakyrelu(x, alpha), scale, out, clip)
    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=(3, 40))
    x = e.integers(seed, (3, 40), "int16") * scale
    exact = np.where(x >= 0, x, x * alpha) / out
    exact = np.clip(exact, *((-32768, 32767) if clip is None else clip))
    # Two roundings, each to nearest, may end up to 3/4 of a step away.
    assert np.abs(output.reshape(x.shape) - exact).max() <= 0.76


def test_int8_is_refused() -> None:
    graph = e.unary16(leakyrelu, 0.1, 0.1)
    assert "(they are int8 and int16)" in refusal(KERNEL, graph, x=(4,))


def test_a_tiny_output_scale_is_refused() -> None:
    graph = e.unary16(lambda x: leakyrelu(x, 4.0), 1.0, 2.0**-13)
    assert refusal(KERNEL, graph, dtype="int16", x=(4,)) == (
        "tc_leaky_relu_s16 does not apply: The input's scale, and that times the slope, are less than"
        " 2^15 times the output's (one is 3.28e+04 times)"
    )
