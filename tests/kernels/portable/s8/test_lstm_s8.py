"""tc_lstm_s8: C equals the reference; what it refuses."""

from dataclasses import replace

from hypothesis import given

from tests.kernels import cases, integer_lstm
from tests.kernels.integer_lstm import USUAL
from tests.kernels.runtime import Run
from tinycompile.integer_lstm import IntegerLstm
from tinycompile.kernels.portable.s8.lstm_s8 import KERNEL


def refused(layer: IntegerLstm = USUAL, dtype: str = "int8", **types: str) -> str:
    return str(KERNEL.refusal(integer_lstm.match(KERNEL, layer, dtype, **types)))


@given(layer=integer_lstm.layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: IntegerLstm, seed: int) -> None:
    integer_lstm.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)


def test_other_sequences_are_refused() -> None:
    assert refused(dtype="int16").endswith("The sequences are int8 (they are int16)")


def test_other_weights_are_refused() -> None:
    assert refused(weights="int16").endswith("Weights are int8 (they are int16, int8)")


def test_other_biases_are_refused() -> None:
    assert refused(biases="int64").endswith("Biases are int32 (they are int64)")


def test_a_cell_scale_between_powers_of_two_is_refused() -> None:
    found = refused(replace(USUAL, cell_scale=0.0007))
    assert found.endswith("The scale of c is a power of two in [2^-24, 2] (it is 0.0007)")
