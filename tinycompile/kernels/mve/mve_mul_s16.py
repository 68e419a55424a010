"""The product of two int16 tensors for Helium, eight at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.mve import mve_mul_s8
from tinycompile.kernels.portable.s16 import mul_s16
from tinycompile.target import Isa

KERNEL = replace(
    mul_s16.KERNEL,
    symbol="tc_mve_mul_s16",
    lower=mve_mul_s8.lower,
    reference=mve_mul_s8.reference,
    constraints=(*mul_s16.KERNEL.constraints, mve_mul_s8.factor_is_usual),
    isa=Isa.MVE,
    family=MVE,
)
