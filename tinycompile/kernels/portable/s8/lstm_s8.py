"""An LSTM on int8 sequences, with c of int16."""

from functools import partial

import numpy as np

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.shared import integer_lstm
from tinycompile.quantization import requantize


def lower(match: Match) -> Call:
    return integer_lstm.lower(match, integer_lstm.multipliers(match), "int32")


def leave(sums: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Sums wrap at 32 bits."""
    return requantize(sums.astype(np.int32), multiplier, shift)


KERNEL = Kernel(
    "tc_lstm_s8",
    integer_lstm.pattern,
    lower,
    partial(integer_lstm.reference, leave, "int8"),
    constraints=(
        integer_lstm.input_is("int8"),
        integer_lstm.weights_are_int8,
        integer_lstm.biases_are("int32"),
        integer_lstm.cell_scale_is_a_power_of_two,
    ),
    takes_scratch=True,
    summary="LSTM of whole int8 sequences, c of int16.",
)
