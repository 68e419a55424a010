"""Transposed conv2d on int8 by CMSIS-NN, which rolls over the rows of the full result.

Versions 5 and 6 hold all products in memory instead.
"""

from dataclasses import replace

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8


def rows_are_complete(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """From version 7 on, the output ends with the full result, or less than a stride before."""
        if context.version < (7, 0):
            return None
        p = transpose_conv2d_s8.geometry(match)
        rows, columns = (
            (p[f"input_{d}"] - 1) * p[f"stride_{d}"] + max(p[f"kernel_{d}"], p[f"stride_{d}"])
            for d in "hw"
        )
        bottom = p["pad_top"] + p["output_h"]
        if not p["input_h"] * p["stride_h"] <= bottom <= rows:
            return f"it ends with row {bottom} of {rows}"
        right = p["pad_left"] + p["output_w"]
        return None if right <= columns else f"it ends with column {right} of {columns}"

    return check


def padding_is_whole_strides(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """From version 7 on, the padding on top is a multiple of the stride, and less than the input."""
        if context.version < (7, 0):
            return None
        p = transpose_conv2d_s8.geometry(match)
        top, stride = p["pad_top"], p["stride_h"]
        fits = top % stride == 0 and top <= p["input_h"] * stride
        return None if fits else f"it is {top}, the stride {stride}"

    return check


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = adapter.with_wide_shifts(transpose_conv2d_s8.lower(match))
        p = transpose_conv2d_s8.geometry(match)
        rest = {
            f"rest_{d}": (p[f"input_{d}"] - 1) * p[f"stride_{d}"] + p[f"kernel_{d}"]
            - p[side] - p[f"output_{d}"]
            for d, side in (("h", "pad_top"), ("w", "pad_left"))
        }  # fmt: skip
        sums, image = scratch.transposed_convolution(p, context)
        sizes = {"sum_bytes": sums, "image_bytes": image}
        return replace(call, params=call.params | rest | sizes, scratch=sums + image)

    return adapter.of(
        transpose_conv2d_s8.KERNEL,
        "tc_cmsis_transpose_conv2d_s8",
        "arm_transpose_conv_s8",
        context,
        lower,
        rows_are_complete(context),
        padding_is_whole_strides(context),
        takes_scratch=True,
    )
