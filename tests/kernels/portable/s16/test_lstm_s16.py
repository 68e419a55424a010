"""tc_lstm_s16: C equals the reference; what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from tests.kernels import cases, integer_lstm
from tests.kernels.integer_lstm import USUAL
from tests.kernels.runtime import Run
from tinycompile.integer_lstm import IntegerLstm
from tinycompile.kernels.portable.s16.lstm_s16 import KERNEL
from tinycompile.kernels.shared import integer_lstm as kernel_lstm


def refused(layer: IntegerLstm = USUAL, dtype: str = "int16", **types: str) -> str:
    return str(KERNEL.refusal(integer_lstm.match(KERNEL, layer, dtype, **types)))


@given(layer=integer_lstm.layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: IntegerLstm, seed: int) -> None:
    integer_lstm.assert_c_equals_the_reference(KERNEL, run, layer, "int16", seed)


def test_other_sequences_are_refused() -> None:
    assert refused(dtype="int8").endswith("The sequences are int16 (they are int8)")


def test_other_weights_are_refused() -> None:
    assert refused(weights="int16").endswith("Weights are int8 (they are int16, int8)")


def test_other_biases_are_refused() -> None:
    assert refused(biases="int32").endswith("Biases are int64 (they are int32)")


def test_a_cell_scale_between_powers_of_two_is_refused() -> None:
    found = refused(replace(USUAL, cell_scale=0.0007))
    assert found.endswith("The scale of c is a power of two in [2^-24, 2] (it is 0.0007)")


def test_scales_that_are_too_large_are_refused() -> None:
    found = refused(replace(USUAL, weight_scales=(0.01, 0.01, 1.0, 0.01)))
    assert found.endswith("multiply to less than 2^-5 (it is 0.05)")


def test_huge_biases_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = np.full((4, 4), 2**47)
    monkeypatch.setattr(kernel_lstm, "biases", lambda match: (huge, huge))
    assert "No sum of products can reach 2^47 (one may reach" in refused(
        integer_lstm.in_type(USUAL, "int16")
    )
