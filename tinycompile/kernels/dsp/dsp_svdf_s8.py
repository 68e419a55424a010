"""SVDF on int8 with memories of int8, two products at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.s8 import svdf_s8
from tinycompile.target import Isa

KERNEL = replace(svdf_s8.KERNEL, symbol="tc_dsp_svdf_s8", rows=None, isa=Isa.DSP, family=DSP)
