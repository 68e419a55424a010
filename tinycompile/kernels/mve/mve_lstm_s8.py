"""An LSTM on int8 sequences for Helium: four units at a time."""

from dataclasses import replace
from typing import Any

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import lstm_s8
from tinycompile.target import Isa

UNITS = 4


def lower(match: Match) -> Call:
    call = lstm_s8.lower(match)
    p: dict[str, Any] = call.params
    sums = 2 * 4 * -(-p["hidden_n"] // UNITS) * UNITS  # int32, of the products with x and with h
    return replace(call, scratch=sums + call.scratch)


KERNEL = replace(
    lstm_s8.KERNEL, symbol="tc_mve_lstm_s8", lower=lower, rows=None, isa=Isa.MVE, family=MVE
)
