"""Transposed conv2d on int8: four output channels at a time, products two at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernel import Match
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8
from tinycompile.target import Isa


def output_has_four_channels(match: Match) -> str | None:
    """The output has 4 channels or more."""
    channels = match.shape("conv")[3]
    return None if channels >= lanes.LANES else f"it has {channels}"


KERNEL = replace(
    transpose_conv2d_s8.KERNEL,
    symbol="tc_dsp_transpose_conv2d_s8",
    constraints=(*transpose_conv2d_s8.KERNEL.constraints, output_has_four_channels),
    rows=None,
    overlaps=lanes.one_word_later(transpose_conv2d_s8.KERNEL.overlaps),
    isa=Isa.DSP,
    family=DSP,
)
