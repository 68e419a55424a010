"""A recurrent layer as a call of `tinycompile.external`: whole sequences, with all that ONNX says of them.

The call's arguments are the sequences, a tuple of the states to begin with, constants, and a `Recurrence` as
JSON. The constants are weights (directions, gates * hidden, inputs), recurrent weights (directions, gates *
hidden, hidden), biases (directions, biases * hidden) and peepholes (directions, 3 * hidden), which are empty
where there are none. Gates are in ONNX's order: i, o, f, c of an LSTM; z, r, h of a GRU, which has a fourth
bias, inside the reset.

A layer's results are what it says in `outputs`: a tensor, or a tuple of several.

A GRU on integers has int8 weights, int32 biases, in the place of peepholes those of the products with states,
and `Integers` in its `Recurrence`. It remembers in int16, "s", what it shows in int8, "h". For LSTMs on
integers see `tinycompile.integer_lstm`.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import StringImm

from tinycompile import external
from tinycompile.quantization import QParams

CONSTANTS = ("weights", "recurrent_weights", "biases", "peepholes")  # after input and states
SEQUENCE, HIDDEN, CELL, WIDE = "Y", "Y_h", "Y_c", "Y_s"
Shape = tuple[int, ...]
FORWARD, REVERSE, BIDIRECTIONAL = "forward", "reverse", "bidirectional"


@dataclass(frozen=True)
class Cell:
    """A kind of recurrent layer: numbers of gates and biases, and the functions of a direction."""

    gates: int
    biases: int
    functions: tuple[str, ...]  # unless others are given
    states: tuple[str, ...] = ("h",)
    outputs: tuple[str, ...] = (SEQUENCE, HIDDEN)


CELLS = {
    external.LSTM: Cell(
        4, 4, ("Sigmoid", "Tanh", "Tanh"), ("h", "c"), (SEQUENCE, HIDDEN, CELL)
    ),
    external.GRU: Cell(3, 4, ("Sigmoid", "Tanh")),
    external.RNN: Cell(1, 1, ("Tanh",)),
    external.GRU_S8: Cell(3, 3, ("Sigmoid", "Tanh"), ("s",), (SEQUENCE, HIDDEN, WIDE)),
}  # fmt: skip


@dataclass(frozen=True)
class Function:
    """An activation and its numbers."""

    name: str
    alpha: float = 0.0
    beta: float = 0.0


@dataclass(frozen=True)
class Integers:
    """What integers stand for. `weights` are scales: (directions, 2, gates), of inputs, then of states."""

    input: QParams
    hidden: QParams
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Recurrence:
    """`functions` are those of every direction in turn; `lengths` those of the batch's sequences."""

    steps: int
    batch: int
    inputs: int
    hidden: int
    direction: str
    batch_first: bool
    functions: tuple[Function, ...]
    lengths: tuple[int, ...]
    states: tuple[str, ...]  # that are given: "h", "c"
    outputs: tuple[str, ...]  # that are wanted
    clip: float | None = None
    cell_clip: float | None = None  # of an LSTM's c
    coupled: bool = False  # an LSTM's forget gate is what its input gate leaves
    reset_after: bool = False  # a GRU resets the product of its state, not the state
    integers: Integers | None = None

    @property
    def directions(self) -> int:
        return 2 if self.direction == BIDIRECTIONAL else 1

    def shape(self, output: str) -> Shape:
        """Of one of the outputs; states that are given have that of the last ones."""
        if output == SEQUENCE:
            around = (self.batch, self.steps) if self.batch_first else (self.steps,)
            rest = (self.directions,) if self.batch_first else (self.directions, self.batch)
            return *around, *rest, self.hidden
        both = (self.directions, self.batch)
        return *(both[::-1] if self.batch_first else both), self.hidden

    def dtype(self, output: str) -> str:
        if self.integers is None:
            return "float32"
        return "int16" if output == WIDE else "int8"

    def call(self, function: str, *operands: relax.Expr) -> relax.Call:
        types = [relax.TensorType(self.shape(name), self.dtype(name)) for name in self.outputs]
        ty = types[0] if len(types) == 1 else relax.TupleType(types)
        return external.call(function, *operands, StringImm(self.to_json()), ty=ty)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, call: relax.Call) -> "Recurrence":
        """What the last argument of `call` says."""
        found: dict[str, Any] = json.loads(call.args[-1].value)
        found["functions"] = tuple(Function(**function) for function in found["functions"])
        if integers := found["integers"]:
            for name in ("input", "hidden"):
                integers[name] = QParams(**integers[name])
            found["integers"] = Integers(**integers | {"weights": tuple(integers["weights"])})
        known: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}
        return cls(**known)


@dataclass(frozen=True)
class Layer:
    """A layer on integers yet to be called on its input: both directions in one call, or a call for each.

    The results of several, once they have as many dimensions as `shape`, lie side by side along `axis`.
    """

    calls: tuple[Callable[[relax.Expr], relax.Call], ...]
    shape: Shape
    axis: int

    @property
    def part(self) -> Shape:
        """The shape of what one call makes."""
        count = self.shape[self.axis] // len(self.calls)
        return *self.shape[: self.axis], count, *self.shape[self.axis + 1 :]


def constant(call: relax.Call, name: str) -> NDArray[Any]:
    """One of the layer's constants."""
    position = CONSTANTS.index("peepholes" if name == "recurrent_biases" else name)
    return np.asarray(call.args[3 + position].value.numpy())


def is_recurrent(value: Any) -> bool:
    return external.function(value) in CELLS
