"""The smaller or larger of two int16 tensors for Helium, a vector at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s16 import min_max_s16
from tinycompile.target import Isa

KERNEL = replace(min_max_s16.KERNEL, symbol="tc_mve_min_max_s16", isa=Isa.MVE, family=MVE)
