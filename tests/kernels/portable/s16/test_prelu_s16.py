"""tc_prelu_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op.nn import prelu

from tests.kernels import elementwise as e
from tests.kernels.graphs import real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.prelu_s16 import KERNEL


def by(slopes: np.ndarray, scale: float = 0.05, zero_point: int = 3) -> Any:
    return lambda x: prelu(x, real(slopes, scale, zero_point), axis=-1)


@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple),
    scale=st.floats(0.01, 0.3),
    slopes=e.quantizations,
    out=st.floats(0.01, 0.3),
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, shape: Any, scale: float, slopes: Any, out: float, clip: Any, seed: int
) -> None:
    values = e.integers(seed + 7, shape[-1:])
    graph = e.unary16(by(values, *slopes), scale, out, clip)
    e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=shape)


def test_int16_slopes_are_refused() -> None:
    graph = e.unary16(by(e.CONSTANT16), 0.1, 0.1)
    assert refusal(KERNEL, graph, dtype="int16", x=(3, 2)) == (
        "tc_prelu_s16 does not apply: Slopes are int8 (they are int16)"
    )


def test_a_tiny_output_scale_is_refused() -> None:
    graph = e.unary16(by(e.CONSTANT), 1.0, 2.0**-8)
    assert refusal(KERNEL, graph, dtype="int16", x=(3, 2)) == (
        "tc_prelu_s16 does not apply: The input's scale, and that times the slopes' scale, are less than"
        " 2^8 times the output's (one is 256 times)"
    )
