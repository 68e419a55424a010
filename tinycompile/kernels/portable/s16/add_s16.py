"""The sum or difference of two int16 tensors."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap


def output_scale_is_not_tiny(match: Match) -> str | None:
    """The output's scale is more than 2^-14 of the larger operand's scale."""
    ratio = add_s8.output_scale(match)
    return None if ratio > 2.0**-14 else f"it is {ratio:.3g} of it"


KERNEL = Kernel(
    "tc_add_s16",
    add_s8.pattern,
    add_s8.lower,
    add_s8.reference,
    constraints=(
        broadcast.activations_are_int16,
        broadcast.zero_points_are_0,
        broadcast.operands_are_computed,
        broadcast.axes_are_few,
        output_scale_is_not_tiny,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Sum or difference of two int16 tensors, broadcast as in numpy.",
)
