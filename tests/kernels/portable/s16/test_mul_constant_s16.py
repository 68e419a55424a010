"""tc_mul_constant_s16: C equals the reference, and tc_mul_s16 of the same values; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16 import mul_s16
from tinycompile.kernels.portable.s16.mul_constant_s16 import KERNEL


@given(pair=e.shapes(), ratio=st.floats(1.01, 1e5), clip=e.clips16, seed=e.seeds)
def test_c_equals_the_reference(run: Run, pair: Any, ratio: float, clip: Any, seed: int) -> None:
    build = e.binary(multiply, (0.1, 0), (0.03, 0), (0.003 * ratio, 0), clip, "int16")
    constant = e.integers(seed + 7, pair[1], "int16")

    def graph(x: Any) -> Any:
        return build(x, constant)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=pair[0])
    match = matched(mul_s16.KERNEL, build, "int16", x=pair[0], y=pair[1])
    x = e.integers(seed, pair[0], "int16")
    expected = mul_s16.KERNEL.reference(mul_s16.KERNEL.lower(match).params, x, constant)
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


def test_int8_is_refused() -> None:
    assert "they are int8, int8, int8" in refusal(KERNEL, e.one_and_constant(multiply), x=(2,))
