"""The product of two int8 tensors for Helium: the arithmetic is that of `dsp_mul_s8`."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.dsp.dsp_mul_s8 import KERNEL as DSP_KERNEL
from tinycompile.target import Isa

KERNEL = replace(DSP_KERNEL, symbol="tc_mve_mul_s8", isa=Isa.MVE, family=MVE)
