"""Softmax of int16 over the last axis by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, softmax_s16


def rows_have_two_elements(match: Match) -> str | None:
    """A row has at least two elements."""
    return "it has one" if match.shape("input")[-1] == 1 else None


def kernel(context: cmsis.Context) -> Kernel:
    return cmsis.adapter(
        softmax_s16.KERNEL,
        "tc_cmsis_softmax_s16",
        "arm_softmax_s16",
        context,
        softmax_s16.lower,
        rows_have_two_elements,  # of one the output is 2^15, which CMSIS-NN lets wrap
    )
