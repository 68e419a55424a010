"""Max pool on int16, two channels at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s16 import max_pool2d_s16
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

KERNEL = replace(
    max_pool2d_s16.KERNEL,
    symbol="tc_dsp_max_pool2d_s16",
    constraints=(*max_pool2d_s16.KERNEL.constraints, lanes.there_are_two_channels),
    overlaps=lanes.one_word_later(overlap.windows(size=2), size=2),
    isa=Isa.DSP,
    family=DSP,
)
