"""UNIDIRECTIONAL_SEQUENCE_LSTM equals TFLite Micro bit for bit over inferences that follow each other."""

from typing import Any

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import compile_model, initial_states, run_program
from tests.tflite_micro import random_inputs, stream_through_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile.errors import InvalidModel, UnsupportedOperator

RUNS = 50
KERNELS = {"int8": "tc_lstm_s8", "int16": "tc_lstm_s16", "float32": "tc_lstm_f32"}
ACTIVATIONS = tflite.ActivationFunctionType
UNITS = 4


def quantized(dtype: str, scale: float, zero_point: int = 0) -> dict[str, Any]:
    """Of activations; steps of int16 are smaller, and floats have none."""
    if dtype == "float32":
        return {"dtype": dtype}
    if dtype == "int16":
        return {"dtype": dtype, "scale": scale / 128}
    return {"dtype": dtype, "scale": scale, "zero_point": zero_point}


class Layers:
    """Adds LSTMs to `model`; `changes` are quantisations of tensors, by name."""

    def __init__(self, model: Model, dtype: str, seed: int, **changes: Any) -> None:
        self.model, self.dtype, self.changes = model, dtype, changes
        self.rng = np.random.default_rng(seed)

    def weights(self, name: str, rows: int, columns: int) -> str:
        if self.dtype == "float32":
            values = self.rng.normal(0, 0.5, (rows, columns)).astype(np.float32)
            return self.model.constant(name, values)
        values = self.rng.integers(-127, 128, (rows, columns)).astype(np.int8)
        scale = {"scale": float(self.rng.uniform(0.004, 0.02))}
        return self.model.constant(name, values, **(scale | self.changes.get(name, {})))

    def bias(self, name: str, x: str, weights: str) -> str:
        if self.dtype == "float32":
            return self.model.constant(name, self.rng.normal(0, 0.5, UNITS).astype(np.float32))
        values = self.rng.integers(-4000, 4000, UNITS)
        values = values.astype(np.int32) if self.dtype == "int8" else values * 128
        tensors = self.model.tensors
        scale = float(tensors[x].scales[0] * tensors[weights].scales[0])
        return self.model.constant(name, values, scale=scale)

    def direction(self, x: str, inputs: int, suffix: str) -> tuple[list[str], list[str]]:
        """Input and recurrent weights, and biases, of the gates i, f, c, o."""
        weights = [self.weights(f"w_{g}{suffix}", UNITS, inputs) for g in "ifco"]
        recurrent = [self.weights(f"r_{g}{suffix}", UNITS, UNITS) for g in "ifco"]
        biases = [self.bias(f"b_{g}{suffix}", x, w) for g, w in zip("ifco", weights, strict=True)]
        return [*weights, *recurrent], biases

    def states(self, batch: int, suffix: str, cell: float) -> list[str]:
        h = quantized(self.dtype, 1 / 128, 11)
        c = {"dtype": "int16", "scale": cell} if self.dtype != "float32" else {"dtype": "float32"}
        size = (batch, UNITS)
        return [
            self.model.tensor(f"{name}{suffix}", size, variable=True, **how)
            for name, how in (("h", h), ("c", c))
        ]


def lstm(
    dtype: str, steps: int = 3, inputs: int = 5, *,
    layers: int = 1, batch: int = 1, time_major: bool = False, clip: float = 0.0,
    cell: float = 2.0**-11, activation: int = ACTIVATIONS.TANH, given: dict[int, str] | None = None,
    **changes: Any,
) -> bytes:  # fmt: skip
    """`layers` of LSTM, one behind the other; `given` are names of inputs that are others."""
    model = Model()
    around = (steps, batch) if time_major else (batch, steps)
    x = first = model.tensor("x", (*around, inputs), **quantized(dtype, 0.03, -7))
    add = Layers(model, dtype, steps * inputs, **changes)
    for i in range(layers):
        weights, biases = add.direction(x, inputs if i == 0 else UNITS, str(i))
        states = add.states(batch, str(i), cell)
        y = model.tensor(f"y{i}", (*around, UNITS), **quantized(dtype, 1 / 128, 11))
        operands = [x, *weights, *[""] * 3, *biases, "", "", *states, *[""] * 4]
        for k, name in (given or {}).items():
            operands[k] = name
        model.operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            operands,
            [y],
            "UnidirectionalSequenceLSTMOptions",
            fused_activation_function=activation,
            cell_clip=clip,
            time_major=time_major,
        )
        x = y
    return model.build([first], [x])


def run_stream(data: bytes, run: Run, sequence: list[list[Array]]) -> list[list[Array]]:
    program = compile_model(data)
    states = initial_states(program)
    return [run_program(program, inputs, run, states) for inputs in sequence]


def assert_equals_tflite_micro(data: bytes, run: Run, runs: int = 8) -> None:
    sequence = [random_inputs(data, seed) for seed in range(runs)]
    ours = [outputs[0] for outputs in run_stream(data, run, sequence)]
    theirs = [outputs[0] for outputs in stream_through_tflite_micro(data, sequence)]
    rounding = 1e-5 if ours[0].dtype == np.float32 else 0
    np.testing.assert_allclose(np.array(ours), theirs, 0, rounding)
    assert np.unique(ours).size > 10


@pytest.mark.parametrize("dtype", KERNELS)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream(dtype: str, layers: int, run: Run) -> None:
    data = lstm(dtype, layers=layers)
    assert [la.kernel.symbol for la in compile_model(data).layers] == [KERNELS[dtype]] * layers
    assert_equals_tflite_micro(data, run, RUNS)


@pytest.mark.parametrize("dtype", KERNELS)
@pytest.mark.parametrize(
    "form",
    [
        {"batch": 2},
        {"batch": 3, "time_major": True},
        {"steps": 1, "time_major": True},
        {"clip": 0.4},
        {"inputs": 1, "steps": 9},
    ],
)
def test_forms(dtype: str, form: dict[str, Any], run: Run) -> None:
    assert_equals_tflite_micro(lstm(dtype, **form), run)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("exponent", [-17, -15, -13, -12, -9, -3])
def test_scales_of_the_cell(dtype: str, exponent: int, run: Run) -> None:
    assert_equals_tflite_micro(lstm(dtype, cell=2.0**exponent), run)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_gates_that_saturate(dtype: str, run: Run) -> None:
    """Each product, and their sum: weights of one are large, of another tiny."""
    scales = {"w_i0": 0.4, "r_i0": 0.6, "w_f0": 0.06, "r_f0": 0.06, "w_o0": 1e-4, "r_c0": 1.0}
    changes = {name: {"scale": scale} for name, scale in scales.items()}
    assert_equals_tflite_micro(lstm(dtype, **changes), run, 20)


def test_states_are_updated_where_they_lie() -> None:
    program = compile_model(lstm("int8", layers=2))
    assert [state.tensor.name for state in program.states] == ["h0", "c0", "h1", "c1"]
    for layer in program.layers:
        assert [t.storage for t in layer.inputs[1:]] == [t.storage for t in layer.outputs[1:]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"given": {9: "c0"}}, "it has peephole weights, which is not supported"),
        ({"given": {16: "c0"}}, "it has a projection"),
        ({"given": {20: "c0"}}, "it has layer normalisation"),
        ({"given": {1: "", 5: "", 12: ""}}, "its input gate is what the forget gate leaves"),
        ({"given": {3: "h0"}}, "its 'h0' is computed"),
        ({"activation": ACTIVATIONS.RELU}, "its activation is RELU; only TANH is supported"),
        ({"w_f0": {"zero_point": 3}}, "weights 'w_f0' have 1 scales and zero point 3; only one"),
        ({"w_f0": {"scale": [0.1] * 4}}, "weights 'w_f0' have 4 scales and zero point 0"),
    ],
)  # fmt: skip
def test_others_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedOperator, match=f"UNIDIRECTIONAL_SEQUENCE_LSTM 'y0': {message}"):
        compile_model(lstm("int8", **changes))


def test_weights_of_another_shape_are_damage() -> None:
    with pytest.raises(InvalidModel, match="'r_i0' has shape .4, 4. instead of .4, 5."):
        compile_model(lstm("int8", given={1: "r_i0"}))


def test_what_is_computed_for_an_lstm_is_read_by_it(run: Run) -> None:
    """A layer of several results reads all channels of its input."""
    model = Model()
    x = first = model.tensor("x", (1, 3, 6), **quantized("int8", 0.03, -7))
    add = Layers(model, "int8", 3)
    weights = add.weights("dense", UNITS, 6)
    y = model.tensor("y", (1, 3, UNITS), **quantized("int8", 0.05, 3))
    how = {"keep_num_dims": True}
    operands = [x, weights, add.bias("dense_b", x, weights)]
    model.operator("FULLY_CONNECTED", operands, [y], "FullyConnectedOptions", **how)
    gates, biases = add.direction(y, UNITS, "0")
    z = model.tensor("z", (1, 3, UNITS), **quantized("int8", 1 / 128, 11))
    states = add.states(1, "0", 2.0**-11)
    operands = [y, *gates, *[""] * 3, *biases, "", "", *states, *[""] * 4]
    options = {"fused_activation_function": ACTIVATIONS.TANH}
    code = "UNIDIRECTIONAL_SEQUENCE_LSTM"
    model.operator(code, operands, [z], "UnidirectionalSequenceLSTMOptions", **options)
    assert_equals_tflite_micro(model.build([first], [z]), run)
