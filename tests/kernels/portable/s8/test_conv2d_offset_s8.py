"""The constraints that it shares with others are tripped in their tests."""

from typing import Any

import numpy as np
from hypothesis import given

from tests.kernels import cases
from tests.kernels.portable.s8.test_conv2d_s8 import convolutions
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.portable.s8.conv2d_offset_s8 import KERNEL


@given(p=convolutions(), zero_point=cases.ZERO_POINTS, seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], zero_point: int, seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    params = p | {"weights_zero_point": zero_point}
    expected = KERNEL.reference(params, x)
    np.testing.assert_array_equal(run(KERNEL, params, [x], output), expected)
    if zero_point == 0:
        np.testing.assert_array_equal(expected, conv2d_s8.reference(p, x))
