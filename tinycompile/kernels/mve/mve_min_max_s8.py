"""The smaller or larger of two int8 tensors for Helium, a vector at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s8 import min_max_s8
from tinycompile.target import Isa

KERNEL = replace(min_max_s8.KERNEL, symbol="tc_mve_min_max_s8", isa=Isa.MVE, family=MVE)
