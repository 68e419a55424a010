"""conv2d on int8 by CMSIS-NN, which has functions of its own for 1x1 kernels and for rows."""

from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels import cmsis, cmsis_scratch, conv2d_s8, window
from tinycompile.program import Call
from tinycompile.target import Isa


def groups_are_supported(context: cmsis.Context) -> Constraint:
    def check(match: Match) -> str | None:
        """The convolution has one group, or CMSIS-NN is version 6 or newer."""
        groups = int(match.attrs("conv").groups)
        return f"{groups} groups" if groups > 1 and context.version < (6, 0) else None

    return check


def single_taps_have_no_padding(match: Match) -> str | None:
    """A kernel of one tap has no padding on the right or below either."""
    p = sizes(match)
    last = (p["input_h"] - 1) // p["stride_h"], (p["input_w"] - 1) // p["stride_w"]
    inside = (p["output_h"] - 1, p["output_w"] - 1) == last
    return None if inside or not cmsis_scratch.is_1x1(p) else "it has"


def rows_are_padded_evenly(context: cmsis.Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With MVE, a row is used to its end and padded on both sides alike, or once more on the right."""
        p = sizes(match)
        if context.isa < Isa.MVE or cmsis_scratch.is_1x1(p) or context.version < (4, 1):
            return None
        if not cmsis_scratch.is_1xn(p, context):
            return None
        total, uneven = cmsis_scratch.row_padding(p)
        left, right = cmsis_scratch.padded_outputs(p)
        if total < 0:
            return f"{-total} columns of it are not used"
        fits = left + right <= p["output_w"] or context.version >= (6, 0)
        even = 2 * p["pad_left"] + uneven == total
        return None if even and fits else f"by {p['pad_left']} of {total} on the left"

    return check


def sizes(match: Match) -> dict[str, int]:
    return window.convolution(match) | {"groups": int(match.attrs("conv").groups)}


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = cmsis.with_wide_shifts(conv2d_s8.lower(match))
        return cmsis.with_scratch(call, cmsis_scratch.convolution, context)

    return cmsis.adapter(
        conv2d_s8.KERNEL,
        "tc_cmsis_conv2d_s8",
        "arm_convolve_wrapper_s8",
        context,
        lower,
        groups_are_supported(context),
        single_taps_have_no_padding,
        rows_are_padded_evenly(context),
        takes_scratch=True,
    )
