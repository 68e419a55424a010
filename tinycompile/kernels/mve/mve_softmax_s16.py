"""Softmax of int16 for Helium: entries of the tables are gathered, four elements at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s16 import softmax_s16
from tinycompile.target import Isa

KERNEL = replace(softmax_s16.KERNEL, symbol="tc_mve_softmax_s16", isa=Isa.MVE, family=MVE)
