"""tc_abs_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax import op

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.abs_s16 import KERNEL


@given(scale=st.floats(0.01, 0.3), out=st.floats(0.01, 0.3), clip=e.clips16, seed=e.seeds)
def test_c_equals_the_reference(run: Run, scale: float, out: float, clip: Any, seed: int) -> None:
    graph = e.unary16(op.abs, scale, out, clip)
    e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=(3, 40))


def test_of_one_scale_it_is_exact_but_for_the_lowest(run: Run) -> None:
    graph = e.unary16(op.abs, 0.1, 0.1)
    output = e.assert_c_equals_the_reference(run, KERNEL, graph, 0, "int16", x=(200,))
    x = e.integers(0, (200,), "int16").astype(int)
    assert x.min() == -32768
    np.testing.assert_array_equal(output, np.minimum(np.abs(x), 32767))


def test_int8_is_refused() -> None:
    assert "(they are int8 and int16)" in refusal(KERNEL, e.unary16(op.abs, 0.1, 0.1), x=(4,))


def test_a_tiny_output_scale_is_refused() -> None:
    graph = e.unary16(op.abs, 1.0, 2.0**-15)
    assert refusal(KERNEL, graph, dtype="int16", x=(4,)) == (
        "tc_abs_s16 does not apply: The input's scale is less than 2^15 times the output's"
        " (it is 3.28e+04 times it)"
    )
