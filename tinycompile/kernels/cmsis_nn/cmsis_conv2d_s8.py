"""conv2d on int8 by CMSIS-NN, which has functions of its own for 1x1 kernels and for rows."""

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import window
from tinycompile.target import Isa


def groups_are_supported(context: Context) -> Constraint:
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
    return None if inside or not scratch.is_1x1(p) else "it has"


def rows_are_padded_evenly(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With MVE, a row is used to its end and padded on its sides, alike or once more on the right."""
        p = sizes(match)
        if not goes_by_rows(p, context):
            return None
        if p["output_h"] > 1:
            return f"above or below, to {p['output_h']}"
        if context.version < (4, 1):
            return None
        total, uneven = scratch.row_padding(p)
        if total < 0:
            return f"{-total} columns of it are not used"
        even = 2 * p["pad_left"] + uneven == total
        return None if even else f"by {p['pad_left']} of {total} on the left"

    return check


def windows_of_a_row_hold_pixels(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With MVE and CMSIS-NN 4.0, every window on a row holds a pixel of it."""
        p = sizes(match)
        by_rows = goes_by_rows(p, context) and context.version < (4, 1)
        return window.empty(p) if by_rows else None

    return check


def row_ends_are_apart(context: Context, *, falls_back: bool) -> Constraint:
    """`falls_back`: from version 6 on an ordinary convolution takes what the function for rows does not."""

    def check(match: Match) -> str | None:
        p = sizes(match)
        if not goes_by_rows(p, context) or context.version < (4, 1):
            return None
        if falls_back and context.version >= (6, 0):
            return None
        left, right = scratch.padded_outputs(p)
        return f"{left} + {right} of {p['output_w']}" if left + right > p["output_w"] else None

    check.__doc__ = "With MVE, no window reaches over both ends of a row"
    check.__doc__ += ", or CMSIS-NN is version 6 or newer." if falls_back else "."
    return check


def row_ends_are_copied_right(context: Context) -> Constraint:
    """CMSIS-NN copies all but a column of the first window over a row's end from the row."""

    def check(match: Match) -> str | None:
        p = sizes(match)
        left, right = scratch.padded_outputs(p)
        apart = 0 < right <= p["output_w"] - left
        if not goes_by_rows(p, context) or context.version < (4, 1) or not apart:
            return None
        _, uneven = scratch.row_padding(p)
        columns = p["pad_left"] + uneven
        over = columns - (right - 1) * p["stride_w"]
        if over == 1 and (not uneven or columns == right):
            return None
        return f"by {over} in steps of {p['stride_w']} up to {columns}"

    check.__doc__ = (
        "With MVE and a stride above 1, the first window over a row's end is so by one column, with uneven "
        "padding the last."
    )
    return check


def goes_by_rows(p: dict[str, int], context: Context) -> bool:
    """The function of MVE for rows takes the layer."""
    by_rows = context.isa >= Isa.MVE and scratch.is_1xn(p, context)
    return by_rows and not scratch.is_1x1(p)


def sizes(match: Match) -> dict[str, int]:
    return window.convolution(match) | {"groups": int(match.attrs("conv").groups)}


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = adapter.with_wide_shifts(conv2d_s8.lower(match))
        return adapter.with_scratch(call, scratch.convolution, context)

    return adapter.of(
        conv2d_s8.KERNEL,
        "tc_cmsis_conv2d_s8",
        "arm_convolve_wrapper_s8",
        context,
        lower,
        groups_are_supported(context),
        single_taps_have_no_padding,
        rows_are_padded_evenly(context),
        windows_of_a_row_hold_pixels(context),
        row_ends_are_apart(context, falls_back=True),
        row_ends_are_copied_right(context),
        takes_scratch=True,
    )
