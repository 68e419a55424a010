"""tc_tanh_s16: C equals the reference on all inputs, and nearly the function; what it refuses."""

import numpy as np
from tvm.relax.op import tanh

from tests.kernels import sigmoid
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.tanh_s16 import KERNEL


@sigmoid.scales
def test_c_equals_the_reference_and_nearly_the_function(run: Run, scale: float) -> None:
    sigmoid.assert_c_equals_the_reference(run, KERNEL, tanh, np.tanh, scale)


def test_int8_is_refused() -> None:
    assert "(they are int8 and int16)" in sigmoid.refused(KERNEL, tanh, 0.1, 2.0**-15, "int8")


def test_other_output_scales_are_refused() -> None:
    assert sigmoid.refused(KERNEL, tanh, 0.1, 2.0**-14) == (
        "tc_tanh_s16 does not apply: The output's scale is 2^-15 (it is 6.10351562e-05)"
    )


def test_a_large_input_scale_is_refused() -> None:
    assert sigmoid.refused(KERNEL, tanh, 3.0, 2.0**-15) == (
        "tc_tanh_s16 does not apply: The input's scale lies in [2^-30, 2.66) (it is 3)"
    )
