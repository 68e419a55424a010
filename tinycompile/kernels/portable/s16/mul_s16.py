"""The product of two int16 tensors."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap


def factor_fits(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than the output's."""
    factor = mul_s8.factor(match)
    return None if factor < 1 else f"they are {factor:.3g} times as large"


KERNEL = Kernel(
    "tc_mul_s16",
    mul_s8.pattern,
    mul_s8.lower,
    mul_s8.reference,
    constraints=(
        broadcast.activations_are_int16,
        broadcast.zero_points_are_0,
        broadcast.operands_are_computed,
        broadcast.axes_are_few,
        factor_fits,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Product of two int16 tensors, broadcast as in numpy.",
)
