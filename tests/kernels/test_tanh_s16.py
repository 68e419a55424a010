"""tc_tanh_s16: C equals the reference on all inputs, and nearly the function; what it refuses."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from tvm.relax.op import tanh

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.tanh_s16 import KERNEL

ALL = np.arange(-32768, 32768).astype(np.int16)


@given(scale=st.floats(-30, 1.4).map(lambda exponent: 2.0**exponent))
@example(scale=2.0**-12)
@example(scale=2.0**-11)
@example(scale=2.0**-12 * 1.0005)
@example(scale=2.6)
def test_c_equals_the_reference_and_nearly_the_function(run: Run, scale: float) -> None:
    graph = e.unary16(tanh, scale, 2.0**-15)
    match = matched(KERNEL, graph, "int16", x=ALL.shape)
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    output = run(KERNEL, params, [ALL], ALL)
    np.testing.assert_array_equal(output, KERNEL.reference(params, ALL))
    x = ALL * scale
    assert np.abs(output - 2.0**15 * (np.tanh(x))).max() <= 16


def test_int8_is_refused() -> None:
    assert "(they are int8 and int16)" in refusal(KERNEL, e.unary16(tanh, 0.1, 2.0**-15), x=(4,))


def test_other_output_scales_are_refused() -> None:
    assert refusal(KERNEL, e.unary16(tanh, 0.1, 2.0**-14), dtype="int16", x=(4,)) == (
        "tc_tanh_s16 does not apply: The output's scale is 2^-15 (it is 6.10352e-05)"
    )


def test_a_large_input_scale_is_refused() -> None:
    assert refusal(KERNEL, e.unary16(tanh, 3.0, 2.0**-15), dtype="int16", x=(4,)) == (
        "tc_tanh_s16 does not apply: The input's scale lies in [2^-30, 2.66) (it is 3)"
    )
