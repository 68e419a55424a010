"""The product of two int8 tensors for Helium: the arithmetic is that of `dsp_mul_s8`."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.dsp import dsp_mul_s8
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.target import Isa

KERNEL = replace(
    dsp_mul_s8.KERNEL,
    symbol="tc_mve_mul_s8",
    constraints=(*mul_s8.KERNEL.constraints, dsp_mul_s8.factor_is_usual),
    isa=Isa.MVE,
    family=MVE,
    summary=mul_s8.KERNEL.summary,
)
