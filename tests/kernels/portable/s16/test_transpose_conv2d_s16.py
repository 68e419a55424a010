"""Its constraints are tripped in test_conv2d_s16.py and test_transpose_conv2d_s8.py."""

from typing import Any

import numpy as np
from hypothesis import given

from tests.kernels import cases
from tests.kernels.portable.s8.test_transpose_conv2d_s8 import convolutions
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.transpose_conv2d_s16 import KERNEL


@given(p=convolutions(cases.s16), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int16(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int16)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))
