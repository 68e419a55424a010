"""An LSTM on int8 sequences for Helium: four units at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s8 import lstm_s8
from tinycompile.target import Isa

KERNEL = replace(lstm_s8.KERNEL, symbol="tc_mve_lstm_s8", rows=None, isa=Isa.MVE, family=MVE)
