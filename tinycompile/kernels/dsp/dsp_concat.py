"""Concatenation along any axis, copied word by word."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.any import concat
from tinycompile.target import Isa

KERNEL = replace(concat.KERNEL, symbol="tc_dsp_concat", rows=None, isa=Isa.DSP, family=DSP)
