"""Constant padding of any dimensions, copied word by word."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.any import pad
from tinycompile.target import Isa

KERNEL = replace(pad.KERNEL, symbol="tc_dsp_pad", rows=None, isa=Isa.DSP, family=DSP)
