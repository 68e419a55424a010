"""An LSTM on integers as a call of `tinycompile.external`, in TFLite's arithmetic.

The call's arguments are the sequences, a tuple of the states to begin with (h and c, as far as they are not
0), weights (4, hidden, inputs), recurrent weights (4, hidden, hidden), biases (4, hidden), and an
`IntegerLstm` as JSON. Gates are in ONNX's order: i, o, f, c. h has the type and quantisation of the outputs,
c is int16.

Its results are those of `outputs`: a tensor, or a tuple of several.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from tvm import relax
from tvm.ir import StringImm

from tinycompile import external
from tinycompile.quantization import QParams

CONSTANTS = ("weights", "recurrent_weights", "biases")
STATES = ("h", "c")
OUTPUTS = ("Y", "Y_h", "Y_c")
Four = tuple[float, float, float, float]


@dataclass(frozen=True)
class IntegerLstm:
    """Layout and quantisation; `outputs` are those that are wanted, `states` those that are given."""

    steps: int
    batch: int
    inputs: int
    hidden: int
    batch_first: bool
    input: QParams
    output: QParams
    cell_scale: float  # a power of two
    weight_scales: Four  # one a gate
    recurrent_scales: Four
    reverse: bool = False
    clip: float = 0.0  # of c; 0 is none
    states: tuple[str, ...] = STATES
    outputs: tuple[str, ...] = OUTPUTS

    def shape(self, output: str) -> tuple[int, ...]:
        if output != "Y":
            return self.batch, self.hidden
        both = (self.batch, self.steps) if self.batch_first else (self.steps, self.batch)
        return *both, self.hidden

    def call(
        self, data: relax.Expr, states: list[relax.Expr], *constants: relax.Expr, dtype: str
    ) -> relax.Call:
        """`dtype` is that of the activations."""
        types = [
            relax.TensorType(self.shape(name), "int16" if name == "Y_c" else dtype)
            for name in self.outputs
        ]
        ty = types[0] if len(types) == 1 else relax.TupleType(types)
        details = StringImm(json.dumps(asdict(self)))
        return external.call(
            external.INTEGER_LSTM, data, relax.Tuple(states), *constants, details, ty=ty
        )

    @classmethod
    def of(cls, call: relax.Call) -> "IntegerLstm":
        """What the last argument of `call` says."""
        found: dict[str, Any] = json.loads(call.args[-1].value)
        lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
        quantised = {name: QParams(**found[name]) for name in ("input", "output")}
        return cls(**(found | lists | quantised))
