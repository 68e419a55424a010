"""Mean or sum of int8 over axes for Helium: eight channels at a time, or 16 values of one."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.dsp import dsp_mean_s8
from tinycompile.kernels.portable.s8 import mean_s8
from tinycompile.target import Isa

KERNEL = replace(
    mean_s8.KERNEL,
    symbol="tc_mve_mean_s8",
    lower=dsp_mean_s8.lower,
    rows=None,
    isa=Isa.MVE,
    family=MVE,
)
