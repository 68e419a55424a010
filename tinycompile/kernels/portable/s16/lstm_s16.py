"""An LSTM on int16 sequences, with weights of int8."""

from functools import partial

import numpy as np

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.shared import integer_lstm
from tinycompile.kernels.shared.accumulate_s16 import LARGEST
from tinycompile.quantization import reduced, requantize_int64


def sums_fit_48_bits(match: Match) -> str | None:
    """No sum of products can reach 2^47."""
    weights = (match.array(name).astype(int) for name in ("weights", "recurrent_weights"))
    worst = max(
        LARGEST * int(np.abs(w).sum(axis=2).max()) + int(np.abs(bias.astype(float)).max())
        for w, bias in zip(weights, integer_lstm.biases(match), strict=True)
    )
    return None if worst < 2**47 else f"one may reach {worst}"


def factors_fit_7_bits(match: Match) -> str | None:
    """The scales of activations and weights multiply to less than 2^-5."""
    largest = max(integer_lstm.all_factors(match)) * integer_lstm.GATE_SCALE
    return None if largest < 2.0**-5 else f"it is {largest:.4g}"


def lower(match: Match) -> Call:
    of_gates = integer_lstm.multipliers(match)
    for name in ("multipliers", "recurrent_multipliers"):
        of_gates[name] = tuple(int(m) for m in reduced(np.asarray(of_gates[name])))
    return integer_lstm.lower(match, of_gates, "int64")


KERNEL = Kernel(
    "tc_lstm_s16",
    integer_lstm.pattern,
    lower,
    partial(integer_lstm.reference, requantize_int64, "int16"),
    constraints=(
        integer_lstm.input_is("int16"),
        integer_lstm.weights_are_int8,
        integer_lstm.biases_are("int64"),
        integer_lstm.cell_scale_is_a_power_of_two,
        sums_fit_48_bits,
        factors_fit_7_bits,
    ),
    takes_scratch=True,
    summary="LSTM of whole int16 sequences.",
)
