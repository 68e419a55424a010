"""Constant padding of any dimensions, copied by words; the last word of a row may read bytes once more."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.any import pad
from tinycompile.target import Isa

KERNEL = replace(
    pad.KERNEL,
    symbol="tc_dsp_pad",
    rows=None,
    overlaps=lanes.one_word_later(pad.KERNEL.overlaps),
    isa=Isa.DSP,
    family=DSP,
)
