"""Depthwise convolution on int8 of few pixels or of factors that others refuse: straight from the input."""

from collections.abc import Sequence
from dataclasses import replace

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Match
from tinycompile.kernels.dsp import dsp_conv2d_s8, lanes
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import overlap
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa


def channels_have_one_filter(match: Match) -> str | None:
    """Each channel has one filter."""
    filters = match.shape("conv")[3] // match.shape("input")[3]
    return None if filters == 1 else f"each has {filters}"


def lower(match: Match) -> Call:
    return call(depthwise_conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's: that of an image of one column as of the same image as a row."""
    p = dsp_conv2d_s8.upright(portable.params)
    if p is not portable.params:
        p["weights"] = p["weights"].swapaxes(0, 1)
    return replace(portable, params=p)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """None where the image lies on its side."""
    if call.params["input_h"] != inputs[0][1] or call.params["output_h"] != output[1]:
        return None
    return row_form.windows(call, inputs, output)


KERNEL = replace(
    depthwise_conv2d_s8.KERNEL,
    symbol="tc_dsp_depthwise_conv2d_direct_s8",
    lower=lower,
    constraints=(
        *depthwise_conv2d_s8.KERNEL.constraints,
        channels_have_one_filter,
        lanes.there_are_four_channels,
    ),
    rows=rows,
    overlaps=lanes.one_word_later(overlap.windows()),
    isa=Isa.DSP,
    family=DSP,
    summary="Depthwise convolution of few pixels, or of any factors.",
)
