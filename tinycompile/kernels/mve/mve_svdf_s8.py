"""SVDF on int8 with memories of int8, for Helium."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s8 import svdf_s8
from tinycompile.target import Isa

KERNEL = replace(svdf_s8.KERNEL, symbol="tc_mve_svdf_s8", isa=Isa.MVE, family=MVE)
