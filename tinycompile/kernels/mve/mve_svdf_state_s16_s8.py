"""SVDF on int8 with memories of int16, for Helium."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.mve import mve_svdf_s8
from tinycompile.kernels.portable.s8 import svdf_state_s16_s8
from tinycompile.target import Isa

KERNEL = replace(
    svdf_state_s16_s8.KERNEL,
    symbol="tc_mve_svdf_state_s16_s8",
    lower=mve_svdf_s8.lower,
    reference=mve_svdf_s8.reference,
    isa=Isa.MVE,
    family=MVE,
)
