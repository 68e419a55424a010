"""Recurrent layers that TFLite Micro has not equal LiteRT in float, over inferences in a row."""

from typing import Any

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import compile_model
from tests.operators.test_lstm import ACTIVATIONS, UNITS, Layers, run_stream
from tests.tflite_micro import random_inputs
from tests.tflite_model import Array, Model
from tinycompile.errors import UnsupportedOperator

RUNS = 5


class Integers(Layers):
    """Weights of int8, or the reals that these stand for."""

    def __init__(self, model: Model, scales: Any, *, real: bool) -> None:
        super().__init__(model, "float32", 1)
        self.scales, self.real = np.array(scales, np.float32), real

    def weights(self, name: str, rows: int, columns: int) -> str:
        values = self.rng.integers(-127, 128, (rows, columns)).astype(np.int8)
        if self.real:
            return self.model.constant(name, values * self.scales.reshape(-1, 1))
        return self.model.constant(name, values, scale=self.scales)


def rnn(
    activation: int, *, batch: int = 1, steps: int = 4, time_major: bool = False,
    scales: Any = None, real: bool = False,
) -> bytes:  # fmt: skip
    model, around = Model(), (steps, batch) if time_major else (batch, steps)
    x = model.tensor("x", (*around, 3), "float32")
    quantized = scales is not None
    add = Integers(model, scales, real=real) if quantized else Layers(model, "float32", 1)
    weights, recurrent = add.weights("w", UNITS, 3), add.weights("r", UNITS, UNITS)
    h = model.tensor("h", (batch, UNITS), "float32", variable=True)
    y = model.tensor("y", (*around, UNITS), "float32")
    operands = [x, weights, recurrent, add.bias("b", x, weights), h]
    how = {"fused_activation_function": activation, "time_major": time_major}
    model.operator("UNIDIRECTIONAL_SEQUENCE_RNN", operands, [y], "SequenceRNNOptions", **how)
    return model.build([x], [y])


def bidirectional(
    *, merge: bool, batch: int = 1, time_major: bool = False, given: dict[int, str] | None = None
) -> bytes:
    model, around = Model(), (4, batch) if time_major else (batch, 4)
    x = model.tensor("x", (*around, 3), "float32")
    add = Layers(model, "float32", 1)
    operands, states = [x], []
    for suffix in ("_forward", "_backward"):
        weights, biases = add.direction(x, 3, suffix)
        operands += [*weights, *[""] * 3, *biases, "", ""]
        states += add.states(batch, suffix, 0.0)
    operands += [*states, *[""] * 9]
    for k, name in (given or {}).items():
        operands[k] = name
    widths = [2 * UNITS] if merge else [UNITS] * 2
    outputs = [model.tensor(f"y{i}", (*around, n), "float32") for i, n in enumerate(widths)]
    model.operator(
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        operands,
        outputs,
        "BidirectionalSequenceLSTMOptions",
        fused_activation_function=ACTIVATIONS.TANH,
        merge_outputs=merge,
        time_major=time_major,
    )
    return model.build([x], outputs)


def stream_through_litert(data: bytes, sequence: list[list[Array]]) -> list[list[Array]]:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=data, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    results = []
    for inputs in sequence:
        for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        details = interpreter.get_output_details()
        results.append([interpreter.get_tensor(detail["index"]) for detail in details])
    return results


def assert_equals_litert(data: bytes, run: Run) -> None:
    sequence = [[x / 4 for x in random_inputs(data, seed)] for seed in range(RUNS)]
    for ours, theirs in zip(
        run_stream(data, run, sequence), stream_through_litert(data, sequence), strict=True
    ):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, 0, 1e-5)
            assert np.ptp(one) > 0.1


@pytest.mark.parametrize("activation", [ACTIVATIONS.TANH, ACTIVATIONS.RELU, ACTIVATIONS.NONE])
def test_rnn(activation: int, run: Run) -> None:
    assert_equals_litert(rnn(activation), run)


@pytest.mark.parametrize("form", [{"batch": 2}, {"batch": 2, "time_major": True}])
def test_forms_of_rnn(form: dict[str, Any], run: Run) -> None:
    assert_equals_litert(rnn(ACTIVATIONS.TANH, **form), run)


def test_another_activation_of_rnn_is_refused() -> None:
    with pytest.raises(
        UnsupportedOperator, match="RNN 'y': its activation is RELU6; allowed: NONE"
    ):
        compile_model(rnn(ACTIVATIONS.RELU6))


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("form", [{}, {"batch": 2, "time_major": True}])
def test_bidirectional_lstm(merge: bool, form: dict[str, Any], run: Run) -> None:
    assert_equals_litert(bidirectional(merge=merge, **form), run)


def test_bidirectional_lstm_of_a_batch(run: Run) -> None:
    """Not merged: there LiteRT takes the states of a second sequence from beyond its tensors."""
    assert_equals_litert(bidirectional(merge=False, batch=2), run)


@pytest.mark.parametrize(
    ("given", "message"),
    [({39: "x"}, "it has an auxiliary input"), ({26: "b_i_forward"}, "it has peephole weights")],
)
def test_other_bidirectional_lstms_are_refused(given: dict[int, str], message: str) -> None:
    with pytest.raises(UnsupportedOperator, match=f"LSTM 'y0': {message}"):
        compile_model(bidirectional(merge=True, given=given))


@pytest.mark.parametrize("scales", [0.01, [0.01, 0.02, 0.005, 0.03]])
def test_integer_weights_of_floats_are_reals(scales: Any, run: Run) -> None:
    """As dynamic-range quantisation leaves them."""
    integers = rnn(ACTIVATIONS.TANH, scales=scales)
    reals = rnn(ACTIVATIONS.TANH, scales=scales, real=True)
    sequence = [random_inputs(reals, seed) for seed in range(RUNS)]
    ours = [run_stream(data, run, sequence) for data in (integers, reals)]
    np.testing.assert_allclose(*ours, 0, 1e-6)
