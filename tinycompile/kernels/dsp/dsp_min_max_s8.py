"""The smaller or larger of two int8 tensors, a word at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.s8 import min_max_s8
from tinycompile.target import Isa

KERNEL = replace(
    min_max_s8.KERNEL,
    symbol="tc_dsp_min_max_s8",
    isa=Isa.DSP,
    family=DSP,
)
