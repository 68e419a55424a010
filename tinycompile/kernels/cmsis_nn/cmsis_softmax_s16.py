"""Softmax of int16 over the last axis by CMSIS-NN, from the tables of `softmax_s16`."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s16 import softmax_s16
from tinycompile.kernels.shared import overlap

# What saturates in TFLite Micro wraps in CMSIS-NN: the output of the only element of a row, 1, and the index
# that belongs to a sum with 18 leading ones, which takes at least 9 elements.
LENGTHS = range(2, 9)


def rows_are_short(match: Match) -> str | None:
    """The last axis has 2 to 8 elements."""
    depth = match.shape("input")[-1]
    return None if depth in LENGTHS else f"it has {depth}"


def kernel(context: Context) -> Kernel:
    return adapter.of(
        softmax_s16.KERNEL,
        "tc_cmsis_softmax_s16",
        "arm_softmax_s16",
        context,
        softmax_s16.lower,
        rows_are_short,
        overlaps=overlap.in_order,
    )
