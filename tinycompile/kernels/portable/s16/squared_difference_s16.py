"""The square of the difference of two int16 tensors."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import squared_difference_s8
from tinycompile.kernels.shared import broadcast, overlap


def output_scale_is_not_small(match: Match) -> str | None:
    """The output's scale is more than 4 times the square of the larger operand's scale."""
    factor = squared_difference_s8.factors(match)[2]
    return None if factor < 1 else f"it is {4 / factor:.3g} times it"


KERNEL = Kernel(
    "tc_squared_difference_s16",
    squared_difference_s8.pattern,
    squared_difference_s8.lower,
    squared_difference_s8.reference,
    constraints=(
        broadcast.activations_are_int16,
        broadcast.zero_points_are_0,
        broadcast.operands_are_computed,
        broadcast.axes_are_few,
        output_scale_is_not_small,
    ),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Square of the difference of two int16 tensors, broadcast as in numpy.",
)
