"""The smaller or larger of two int16 tensors, a word at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.s16 import min_max_s16
from tinycompile.target import Isa

KERNEL = replace(
    min_max_s16.KERNEL,
    symbol="tc_dsp_min_max_s16",
    isa=Isa.DSP,
    family=DSP,
)
