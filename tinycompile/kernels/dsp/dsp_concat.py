"""Concatenation along any axis, copied word by word; the last word of a run may read bytes once more."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.any import concat
from tinycompile.target import Isa

KERNEL = replace(
    concat.KERNEL,
    symbol="tc_dsp_concat",
    overlaps=lanes.one_word_later(concat.KERNEL.overlaps),
    isa=Isa.DSP,
    family=DSP,
)
