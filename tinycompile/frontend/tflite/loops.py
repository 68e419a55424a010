"""WHILE, as converters write a GRU, RNN or LSTM of Keras that is not unrolled: one frame a time.

The weights are those of the loop's fully connected layers. What is made of them is tried on random numbers:
only if it computes what the loop does, it takes its place.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.evaluation import Subgraph
from tinycompile.frontend.tflite.structure import as_tuple, shape_of
from tinycompile.recurrence import CELLS, FORWARD, Function, Recurrence
from tinycompile.rewriting.expressions import constant

Array = NDArray[Any]
UNROLL = "a loop in which no GRU, RNN or LSTM is recognised; convert with unroll=True"
MOST_STEPS = 10_000
CLOSE = 1e-5
KERAS_LSTM = (0, 3, 1, 2)  # of Keras' gates i, f, c, o those that ONNX has as i, o, f, c
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "Tanh": np.tanh,
    "Relu": lambda x: np.maximum(x, 0),
    "Affine": lambda x: x,
}


@dataclass(frozen=True)
class Cell:
    """What the loop may be."""

    function: str
    weights: Array  # (gates, hidden, inputs)
    recurrent: Array  # (gates, hidden, hidden)
    biases: Array  # (gates, hidden); of a GRU a fourth, inside the reset
    functions: tuple[str, ...]
    reset_after: bool = False

    @property
    def constants(self) -> list[Array]:
        """As a `Recurrence` has them."""
        gates, hidden, inputs = self.weights.shape
        return [
            self.weights.reshape(1, gates * hidden, inputs),
            self.recurrent.reshape(1, gates * hidden, hidden),
            self.biases.reshape(1, -1),
            np.zeros((0,)),
        ]

    def step(self, x: Array, states: list[Array]) -> list[Array]:
        h = states[0]
        of_x = np.einsum("ghi,bi->gbh", self.weights, x)
        if self.function == external.RNN:
            sums = of_x[0] + h @ self.recurrent[0].T + self.biases[0]
            return [FUNCTIONS[self.functions[0]](sums)]
        of_h = np.einsum("ghi,bi->gbh", self.recurrent, h)
        if self.function == external.LSTM:
            i, o, f, g = of_x + of_h + self.biases[:, None]
            c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(g)
            return [sigmoid(o) * np.tanh(c), c]
        z, r = (sigmoid(of_x[k] + of_h[k] + self.biases[k]) for k in (0, 1))
        of_reset = r * (of_h[2] + self.biases[3])
        if not self.reset_after:
            of_reset = (r * h) @ self.recurrent[2].T + self.biases[3]
        return [z * h + (1 - z) * np.tanh(of_x[2] + self.biases[2] + of_reset)]


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def loop(c: Converter, op: Any) -> list[relax.Expr]:
    """The results of the loop: states, sequences, and what does not matter."""
    try:
        return _Loop(c, op).converted()
    except UnsupportedOperator as error:
        raise UnsupportedOperator(f"{UNROLL} ({error})") from error


class _Loop:
    """What goes round: counters, the sequence to read, states, and the sequence that is written."""

    def __init__(self, c: Converter, op: Any) -> None:
        self.c, self.op, options = c, op, c.options(op)
        self.condition = Subgraph(c, options.CondSubgraphIndex())
        self.body = Subgraph(c, options.BodySubgraphIndex())
        self.inputs = as_tuple(op.InputsAsNumpy())
        if not len(self.inputs) == len(self.body.inputs) == len(self.body.outputs):
            raise UnsupportedOperator("not all of it goes round")
        ends = zip(self.body.inputs, self.body.outputs, strict=True)
        kept = {i for i, (first, last) in enumerate(ends) if first == last}
        floats = [i for i, index in enumerate(self.inputs) if c.dtype(index) == "float32"]
        others = kept.union(range(len(self.inputs))) - (set(floats) - kept)
        values = {i: c.value(self.inputs[i]) for i in others}
        self.known = {i: value for i, value in values.items() if value is not None}
        read = others - self.known.keys()
        if len(read) != 1 or read - set(floats) or len(c.shape(self.inputs[min(read)])) != 3:
            raise UnsupportedOperator("it reads another thing than one sequence of floats")
        (self.sequence,) = read
        self.states = [i for i in floats if i not in kept and len(c.shape(self.inputs[i])) == 2]
        self.body.constants |= {
            self.body.inputs[i]: self.known[i] for i in kept & self.known.keys()
        }
        self.steps, self.batch, self.width = c.shape(self.inputs[self.sequence])

    def converted(self) -> list[relax.Expr]:
        rng = np.random.default_rng(0)
        values = [
            self.known[i] if i in self.known else rng.normal(size=self.c.shape(index))
            for i, index in enumerate(self.inputs)
        ]
        if not set(self.used()) - self.known.keys() - {self.sequence}:
            raise UnsupportedOperator("nothing that it computes is read")
        ran = self.run(list(values))
        for cell, states in self.candidates():
            made = self.expected(cell, values, states)
            places = [place(value, made) for value in ran]
            if all(
                places[i] for i in set(range(len(places))) - self.known.keys() - {self.sequence}
            ):
                return self.layer(cell, states, places, ran)
        raise UnsupportedOperator("it computes something else")

    def run(self, values: list[Array]) -> list[Array]:
        for _ in range(MOST_STEPS):
            if not self.condition.run(values)[0].all():
                return values
            values = self.body.run(values)
        raise UnsupportedOperator("it does not end")

    def expected(self, cell: Cell, values: list[Array], states: list[int]) -> dict[str, Array]:
        now, frames = [values[i] for i in states], []
        for x in values[self.sequence]:
            now = cell.step(x, now)
            frames.append(now[0])
        return {"Y": np.stack(frames), "Y_h": now[0]} | ({"Y_c": now[1]} if len(now) > 1 else {})

    def candidates(self) -> Iterator[tuple[Cell, list[int]]]:
        """Cells that the weights may belong to, and which inputs are their states."""
        of_sequence = self.body.reached([self.sequence])
        of_states = self.body.reached(self.states)
        layers = [o for o in self.body.operators if self.c.code(o) == "FULLY_CONNECTED"]
        inputs = [o for o in layers if o.Inputs(0) in of_sequence - of_states]
        recurrent = [o for o in layers if o.Inputs(0) in of_states]
        if not (inputs and recurrent and self.states):
            return
        weights, bias = self.stacked(inputs)
        recurrent_weights, recurrent_bias = self.stacked(recurrent)
        hidden = recurrent_weights.shape[1]
        if weights.shape[1] != self.width or len(weights) != len(recurrent_weights):
            return
        gates, rest = divmod(len(weights), hidden)
        if rest == 0:
            arrays = [a.reshape(gates, hidden, *a.shape[1:]) for a in (weights, recurrent_weights)]
            both = [b.reshape(gates, hidden) for b in (bias, recurrent_bias)]
            yield from self.of_gates(gates, arrays, both)

    def of_gates(
        self, gates: int, arrays: list[Array], biases: list[Array]
    ) -> Iterator[tuple[Cell, list[int]]]:
        (weights, recurrent), total, states = arrays, biases[0] + biases[1], self.states
        if gates == 1 and len(states) == 1:
            for name in FUNCTIONS:
                yield Cell(external.RNN, weights, recurrent, total, (name,)), states
        if gates == 3 and len(states) == 1:
            apart = np.stack([*total[:2], biases[0][2], biases[1][2]])
            for after in (True, False):
                functions = CELLS[external.GRU].functions
                yield Cell(external.GRU, weights, recurrent, apart, functions, after), states
        if gates == 4 and len(states) == 2:
            order = list(KERAS_LSTM)
            functions = CELLS[external.LSTM].functions
            cell = Cell(external.LSTM, weights[order], recurrent[order], total[order], functions)
            yield cell, states
            yield cell, states[::-1]

    def stacked(self, layers: list[Any]) -> tuple[Array, Array]:
        """The weights of fully connected layers, one below the other, and their biases."""
        weights, biases = [], []
        for layer in layers:
            found = [self.body.constants.get(i) for i in as_tuple(layer.InputsAsNumpy())[1:]]
            if found[0] is None or shape_of(self.body.graph.Tensors(layer.Inputs(1)))[1:] == ():
                raise UnsupportedOperator("its weights are computed")
            bias = found[1] if len(found) > 1 else None
            weights.append(found[0])
            biases.append(np.zeros(len(found[0]), np.float32) if bias is None else bias)
        if len({w.shape[1] for w in weights}) > 1:
            raise UnsupportedOperator("its layers have different inputs")
        return np.concatenate(weights), np.concatenate(biases)

    def layer(
        self, cell: Cell, states: list[int], places: list[str], ran: list[Array]
    ) -> list[relax.Expr]:
        kind = CELLS[cell.function]
        wanted = {places[i] for i in self.used() if i not in self.known and i != self.sequence}
        given = {
            name: self.c.get_expr(self.inputs[i])
            for name, i in zip(kind.states, states, strict=True)
            if (value := self.c.value(self.inputs[i])) is None or value.any()
        }
        r = Recurrence(
            self.steps, self.batch, self.width, cell.weights.shape[1], FORWARD,
            batch_first=False,
            functions=tuple(Function(name, float(name == "Affine")) for name in cell.functions),
            lengths=(self.steps,) * self.batch,
            states=tuple(given),
            outputs=tuple(name for name in kind.outputs if name in wanted),
            reset_after=cell.reset_after,
        )  # fmt: skip
        call = r.call(
            cell.function,
            self.c.get_expr(self.inputs[self.sequence]),
            relax.Tuple([relax.op.reshape(value, r.shape("Y_h")) for value in given.values()]),
            *(constant(array.astype(np.float32)) for array in cell.constants),
        )
        made = self.c.bind(call, f"{self.c.names[self.op.Outputs(0)]} of the loop")
        fields = {r.outputs[0]: made}
        if len(r.outputs) > 1:
            fields = {
                name: self.c.bind(relax.TupleGetItem(made, i), f"{made.name} {name}")
                for i, name in enumerate(r.outputs)
            }
        return [self.result(i, place, ran[i], fields) for i, place in enumerate(places)]

    def result(self, i: int, place: str, ran: Array, fields: dict[str, relax.Expr]) -> relax.Expr:
        if i in self.known:
            return constant(ran.astype(self.known[i].dtype))
        if i == self.sequence:
            return self.c.get_expr(self.inputs[i])
        shape = self.c.shape(self.inputs[i])
        if place not in fields:  # nothing reads it
            return constant(np.zeros(shape, np.float32))
        return relax.op.reshape(fields[place], shape)

    def used(self) -> list[int]:
        """The results that something reads."""
        graph = self.c.subgraph
        operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
        read = {i for op in operators for i in as_tuple(op.InputsAsNumpy())}
        read |= set(as_tuple(graph.OutputsAsNumpy()))
        return [i for i in range(len(self.inputs)) if self.op.Outputs(i) in read]


def place(value: Array, made: dict[str, Array]) -> str:
    """Which of what a layer makes is `value`, but for its shape; "" if none."""
    for name, array in made.items():
        if array.size == value.size and np.allclose(array.ravel(), value.ravel(), 0, CLOSE):
            return name
    return ""


CONVERTERS = {"WHILE": loop}
