"""tc_lstm_f32: C is close to the reference, whatever a layer may have; what is refused."""

from hypothesis import given

from tests.kernels.recurrent import assert_c_is_close, refusal
from tests.kernels.runtime import Run
from tests.recurrent import Layer, layers
from tinycompile.external import LSTM
from tinycompile.kernels.portable.f32.lstm_f32 import KERNEL


@given(layer=layers("LSTM"))
def test_c_is_close_to_the_reference(run: Run, layer: Layer) -> None:
    assert_c_is_close(run, KERNEL, layer, LSTM)


def test_integers_are_refused() -> None:
    found = refusal(KERNEL, LSTM, "int8")
    assert found.endswith("The sequences are float32 (they are int8)")
