"""Sums of int16: the operand of the larger scale is shifted exactly; scales that are refused."""

import numpy as np
from tvm.relax.op import add

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tinycompile.kernel import Kernel
from tinycompile.kernels.shared import leave_s16, sums_s16


def test_an_operand_of_the_larger_scale_is_shifted_whichever_way() -> None:
    values = np.arange(-32768, 32768)
    multiplier, shift = sums_s16.AS_HALF
    raised = leave_s16.twice_rounded(values << 15, multiplier, leave_s16.factor(shift))
    np.testing.assert_array_equal(raised, values << 14)


def refuses_far_scales(kernel: Kernel) -> None:
    usual = "The output's scale is more than 2^-13, and at most 2^18, of the larger operand's scale"
    smaller = "The smaller scale is at least 2^-31 of the larger one"
    for scales, rule, found in (
        ((1.0, 0.5, 2.0**-13), usual, "0.000122"),
        ((0.1, 0.1, 1e5), usual, "1e+06"),
        ((1e-10, 1.0, 1.0), smaller, "1e-10"),
    ):
        build = e.of_int16(add, *scales)
        assert refusal(kernel, build, dtype="int16", x=(4,), y=(4,)) == (
            f"{kernel.symbol} does not apply: {rule} (it is {found} of it)"
        )
