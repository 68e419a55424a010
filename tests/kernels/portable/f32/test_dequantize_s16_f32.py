"""tc_dequantize_s16_f32: C equals the reference on all inputs; what it refuses."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.graphs import matched, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.dequantize_s16_f32 import KERNEL

ALL = np.arange(-32768, 32768).astype(np.int16)


@given(scale=st.floats(2.0**-20, 4, width=32))
def test_c_equals_the_reference(run: Run, scale: float) -> None:
    match = matched(KERNEL, lambda x: real(x, scale, 0), "int16", x=ALL.shape)
    params = KERNEL.lower(match).params
    output = run(KERNEL, params, [ALL], np.empty(ALL.shape, np.float32))
    np.testing.assert_array_equal(output, KERNEL.reference(params, ALL))
    np.testing.assert_array_equal(output, (ALL * np.float64(scale)).astype(np.float32))


def test_int8_is_refused() -> None:
    assert refusal(KERNEL, lambda x: real(x), x=(4,)) == (
        "tc_dequantize_s16_f32 does not apply: The input is int16 (it is int8)"
    )


def test_a_zero_point_is_refused() -> None:
    assert refusal(KERNEL, lambda x: real(x), dtype="int16", x=(4,)) == (
        "tc_dequantize_s16_f32 does not apply: The zero point is 0 (it is 3)"
    )
