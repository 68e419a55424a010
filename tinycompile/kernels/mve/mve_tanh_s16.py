"""tanh of int16 for Helium: entries of the table are gathered, four numbers at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s16 import tanh_s16
from tinycompile.target import Isa

KERNEL = replace(tanh_s16.KERNEL, symbol="tc_mve_tanh_s16", isa=Isa.MVE, family=MVE)
