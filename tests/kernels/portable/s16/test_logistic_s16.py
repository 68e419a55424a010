"""tc_logistic_s16: C equals the reference on all inputs, and nearly the function; what it refuses."""

import numpy as np
from numpy.typing import NDArray
from tvm.relax.op import sigmoid

from tests.kernels import sigmoid as table
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.logistic_s16 import KERNEL


def logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.maximum(x, -700))))


@table.scales
def test_c_equals_the_reference_and_nearly_the_function(run: Run, scale: float) -> None:
    table.assert_c_equals_the_reference(run, KERNEL, sigmoid, logistic, scale)


def test_int8_is_refused() -> None:
    assert "(they are int8 and int16)" in table.refused(KERNEL, sigmoid, 0.1, 2.0**-15, "int8")


def test_other_output_scales_are_refused() -> None:
    assert table.refused(KERNEL, sigmoid, 0.1, 2.0**-14) == (
        "tc_logistic_s16 does not apply: The output's scale is 2^-15 (it is 6.10351562e-05)"
    )


def test_a_large_input_scale_is_refused() -> None:
    assert table.refused(KERNEL, sigmoid, 3.0, 2.0**-15) == (
        "tc_logistic_s16 does not apply: The input's scale lies in [2^-30, 2.66) (it is 3)"
    )
