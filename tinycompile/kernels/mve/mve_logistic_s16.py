"""The logistic function of int16 for Helium: entries of the table are gathered, four numbers at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s16 import logistic_s16
from tinycompile.target import Isa

KERNEL = replace(logistic_s16.KERNEL, symbol="tc_mve_logistic_s16", isa=Isa.MVE, family=MVE)
