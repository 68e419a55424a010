"""WHILE: a GRU, RNN or LSTM that was not unrolled becomes one layer, equal to LiteRT; else it is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import compile_model, run_program
from tests.operators.test_recurrent_float import stream_through_litert
from tests.tflite_micro import random_inputs
from tests.tflite_model import Array, Model
from tinycompile.errors import InvalidModel, UnsupportedOperator

STEPS, WIDTH, UNITS = 5, 3, 4
COUNTERS = ("count", "time")


class Body(Model):
    """The body of a loop: count, time, the list that is written, states, the sequence that is read."""

    def __init__(self, states: int, listed: int, seed: int = 0) -> None:
        super().__init__()
        self.rng, self.number, self.listed = np.random.default_rng(seed), 0, listed
        self.states = [f"s{i}" for i in range(states)]
        self.declare(self)
        self.inputs = [*COUNTERS, "list", *self.states, "x"]
        self.frame = self.op("GATHER", ["x", "time"], (1, WIDTH), "GatherOptions")

    def declare(self, model: Model) -> None:
        """The tensors that go round, in `model`."""
        for name in COUNTERS:
            model.tensor(name, (), "int32")
        model.tensor("list", (self.listed, 1, UNITS), "float32")
        for name in self.states:
            model.tensor(name, (1, UNITS), "float32")
        model.tensor("x", (STEPS, 1, WIDTH), "float32")

    def op(
        self, code: str, inputs: list[str], shape: tuple[int, ...], options: str = "",
        dtype: str = "float32", **values: Any,
    ) -> str:  # fmt: skip
        self.number += 1
        made = self.tensor(f"t{self.number}", shape, dtype)
        self.operator(code, inputs, [made], options, **values)
        return made

    def known(self, value: Any, dtype: Any = np.float32) -> str:
        self.number += 1
        return self.constant(f"k{self.number}", np.array(value, dtype))

    def dense(self, data: str, rows: int, *, bias: bool = True) -> str:
        columns = self.tensors[data].shape[1]
        weights = self.known(self.rng.normal(0, 0.7, (rows, columns)))
        biases = self.known(self.rng.normal(0, 0.5, rows)) if bias else ""
        inputs = [data, weights, biases]
        return self.op("FULLY_CONNECTED", inputs, (1, rows), "FullyConnectedOptions")

    def split(self, data: str, count: int) -> list[str]:
        made = [self.tensor(f"{data}_{i}", (1, UNITS), "float32") for i in range(count)]
        axis = self.known(1, np.int32)
        self.operator("SPLIT", [axis, data], made, "SplitOptions", num_splits=count)
        return made

    def add(self, *inputs: str) -> str:
        return self.op("ADD", list(inputs), (1, UNITS), "AddOptions")

    def mul(self, *inputs: str) -> str:
        return self.op("MUL", list(inputs), (1, UNITS), "MulOptions")

    def unary(self, code: str, data: str) -> str:
        return self.op(code, [data], (1, UNITS))

    def gru(self, *, after: bool) -> list[str]:
        (h,) = self.states
        of_x = self.split(self.dense(self.frame, 3 * UNITS), 3)
        of_h = self.split(self.dense(h, (3 if after else 2) * UNITS), 3 if after else 2)
        z, r = (self.unary("LOGISTIC", self.add(of_x[i], of_h[i])) for i in (0, 1))
        reset = self.mul(r, of_h[2]) if after else self.dense(self.mul(r, h), UNITS)
        fresh = self.unary("TANH", self.add(of_x[2], reset))
        rest = self.op("SUB", [self.known(1.0), z], (1, UNITS), "SubOptions")
        return [self.add(self.mul(z, h), self.mul(rest, fresh))]

    def rnn(self, code: str) -> list[str]:
        sums = self.add(
            self.dense(self.frame, UNITS), self.dense(self.states[0], UNITS, bias=False)
        )
        return [self.unary(code, sums)]

    def lstm(self) -> list[str]:
        """Its states are c and h, in this order."""
        c, h = self.states
        sums = [self.dense(self.frame, 4 * UNITS), self.dense(h, 4 * UNITS, bias=False)]
        i, f, g, o = self.split(self.op("ADD", sums, (1, 4 * UNITS), "AddOptions"), 4)
        kept = self.mul(self.unary("LOGISTIC", f), c)
        c = self.add(kept, self.mul(self.unary("LOGISTIC", i), self.unary("TANH", g)))
        return [c, self.mul(self.unary("LOGISTIC", o), self.unary("TANH", c))]

    def finish(self, states: list[str], by: str) -> None:
        """The newest h goes into the list, in the way `by`; the counters grow by 1."""
        one = self.known(1, np.int32)
        counted = [self.op("ADD", [n, one], (), "AddOptions", "int32") for n in COUNTERS]
        frame = (1, 1, UNITS)
        new = self.op("RESHAPE", [states[-1], self.known(frame, np.int32)], frame, "ReshapeOptions")
        if by == "update":
            operands = ["list", new, self.at()]
            new = self.op("DYNAMIC_UPDATE_SLICE", operands, (self.listed, 1, UNITS))
        self.outputs = [*counted, new, *states, "x"]

    def at(self) -> str:
        zeros = [self.known(0, np.int32) for _ in range(2)]
        how = {"values_count": 3, "axis": 0}
        return self.op("PACK", ["time", *zeros], (3,), "PackOptions", "int32", **how)


def whole(body: Body, outputs: list[int], *, initial: Array | None = None) -> bytes:
    """A model that is the loop; `outputs` are those of it that the model has."""
    model, condition = Model(), Model()
    body.declare(condition)
    steps = condition.constant("steps", np.array(STEPS, np.int32))
    condition.inputs = body.inputs
    condition.outputs = [condition.tensor("go on", (), "bool")]
    condition.operator("LESS", ["count", steps], condition.outputs, "LessOptions")
    for name in COUNTERS:
        model.constant(name, np.zeros((), np.int32))
    model.constant("list", np.zeros((body.listed, 1, UNITS), np.float32))
    for name in body.states:
        model.constant(name, np.zeros((1, UNITS), np.float32) if initial is None else initial)
    model.tensor("x", (STEPS, 1, WIDTH), "float32")
    made = [
        model.tensor(f"y{i}", body.tensors[name].shape, body.tensors[name].dtype)
        for i, name in enumerate(body.inputs)
    ]
    how = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    model.operator("WHILE", body.inputs, made, "WhileOptions", **how)
    return model.build(["x"], [made[i] for i in outputs], condition, body)


def cell(kind: str, by: str = "last") -> Body:
    body = Body(2 if kind == "lstm" else 1, STEPS if by == "update" else 1)
    made = {
        "gru": lambda: body.gru(after=True),
        "gru before": lambda: body.gru(after=False),
        "rnn": lambda: body.rnn("TANH"),
        "relu": lambda: body.rnn("RELU"),
        "lstm": body.lstm,
        "other": lambda: body.rnn("LOGISTIC"),
        "unknown": lambda: body.rnn("ELU"),
    }[kind]()
    body.finish(made, by)
    return body


KERNELS = {"gru": "gru", "gru before": "gru", "rnn": "rnn", "relu": "rnn", "lstm": "lstm"}


def assert_equals_litert(data: bytes, kernel: str, run: Run) -> None:
    program = compile_model(data)
    kernels = [layer.kernel.symbol for layer in program.layers]
    assert [name for name in kernels if name != "tc_constant"] == [f"tc_{kernel}_f32"]
    for seed in range(3):
        inputs = [x / 4 for x in random_inputs(data, seed)]
        (theirs,) = stream_through_litert(data, [inputs])
        for one, other in zip(run_program(program, inputs, run), theirs, strict=True):
            np.testing.assert_allclose(one.reshape(other.shape), other, 0, 1e-5)
            assert np.ptp(one) > 0.01


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize(
    ("by", "outputs"), [("last", [2]), ("update", [2]), ("last", [3]), ("update", [3, 2])]
)
def test_a_loop_is_a_layer(kind: str, by: str, outputs: list[int], run: Run) -> None:
    assert_equals_litert(whole(cell(kind, by), outputs), KERNELS[kind], run)


def test_a_state_may_begin_with_something(run: Run) -> None:
    initial = np.array([[0.5, -0.3, 0.1, 0.9]], np.float32)
    assert_equals_litert(whole(cell("gru"), [3], initial=initial), "gru", run)


def test_a_damaged_body_is_said_to_be() -> None:
    body = cell("rnn")
    body.tensors["t1"] = replace(body.tensors["t1"], shape=(1, WIDTH + 1))
    with pytest.raises(InvalidModel, match="damaged file: GATHER in subgraph 2"):
        compile_model(whole(body, [2]))


@pytest.mark.parametrize(
    ("kind", "found"), [("other", "it computes something else"), ("unknown", "it has a ELU")]
)
def test_another_loop_says_what_to_do(kind: str, found: str) -> None:
    match = rf"WHILE 'y0': a loop in which no GRU.* convert with unroll=True \({found}\)"
    with pytest.raises(UnsupportedOperator, match=match):
        compile_model(whole(cell(kind), [2]))
