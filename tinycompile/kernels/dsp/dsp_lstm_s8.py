"""An LSTM on int8 sequences, whose products take two at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.s8 import lstm_s8
from tinycompile.target import Isa

KERNEL = replace(lstm_s8.KERNEL, symbol="tc_dsp_lstm_s8", rows=None, isa=Isa.DSP, family=DSP)
