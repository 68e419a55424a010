"""A plain recurrent layer on float32, of sequences as a whole, as ONNX has it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.call import Call, Param
from tinycompile.external import RNN
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import recurrent
from tinycompile.recurrence import Recurrence

Array = NDArray[Any]


def pattern() -> Pattern:
    return recurrent.pattern(RNN)


def params(call: relax.Call) -> dict[str, Param]:
    r = Recurrence.of(call)
    return recurrent.places(r) | recurrent.activations(r) | recurrent.tables(call)


def lower(match: Match) -> Call:
    return recurrent.lower(match, RNN, params(match["layer"]), scratch=2)


def run(p: dict[str, Any], x: Array, h: Array | None) -> list[Array]:
    """Of several samples: Y, Y_h."""

    def step(direction: int, x: Array, h: Array) -> list[Array]:
        weights, recurrent_weights, biases = (
            p[name][direction].astype(np.float64)
            for name in ("weights", "recurrent_weights", "biases")
        )
        sums = x @ weights.T + h @ recurrent_weights.T + biases
        return [recurrent.function(p, direction, np.clip(sums, -p["clip"], p["clip"]))]

    return recurrent.walk(p, step, x, [h])


KERNEL = Kernel(
    "tc_rnn_f32",
    pattern,
    lower,
    recurrent.reference(run),
    constraints=(recurrent.sequences_are_float32,),
    takes_scratch=True,
    summary="Plain recurrent layers of whole sequences, in one or both directions, in float.",
)
