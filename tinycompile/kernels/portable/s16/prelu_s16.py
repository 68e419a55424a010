"""PReLU on int16 with constant int8 slopes along the last axis."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import prelu_s8
from tinycompile.kernels.shared import accumulate, overlap


def slopes_are_int8(match: Match) -> str | None:
    """Slopes are int8."""
    dtype = match.dtype("slopes")
    return None if dtype == "int8" else f"they are {dtype}"


def factors_fit(match: Match) -> str | None:
    """The input's scale, and that times the slopes' scale, are less than 2^8 times the output's."""
    largest = max(prelu_s8.factors(match))
    return None if largest < 2**8 else f"one is {largest:.3g} times"


KERNEL = Kernel(
    "tc_prelu_s16",
    prelu_s8.pattern,
    prelu_s8.lower,
    prelu_s8.reference,
    constraints=(
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        slopes_are_int8,
        prelu_s8.slopes_lie_along_the_last_axis,
        prelu_s8.slopes_have_one_scale,
        factors_fit,
    ),
    overlaps=overlap.in_order,
    summary="PReLU of int16 with constant int8 slopes along the last axis.",
)
