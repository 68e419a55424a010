"""tc_dsp_lstm_s8: C equals the reference, which is the portable kernel's."""

from hypothesis import given, settings

from tests.kernels import cases, integer_lstm
from tests.kernels.runtime import Run
from tinycompile.integer_lstm import IntegerLstm
from tinycompile.kernels.dsp.dsp_lstm_s8 import KERNEL


@settings(max_examples=40)
@given(layer=integer_lstm.layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: IntegerLstm, seed: int) -> None:
    integer_lstm.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)
