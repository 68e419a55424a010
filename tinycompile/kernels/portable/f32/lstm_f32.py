"""A long short-term memory on float32, of sequences as a whole, as ONNX has it."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.call import Call, Param
from tinycompile.external import LSTM
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import recurrent
from tinycompile.recurrence import Recurrence, constant

Array = NDArray[Any]


def pattern() -> Pattern:
    return recurrent.pattern(LSTM)


def params(call: relax.Call) -> dict[str, Param]:
    r = Recurrence.of(call)
    return (
        recurrent.places(r)
        | {"coupled": int(r.coupled), "cell_clip": inf if r.cell_clip is None else r.cell_clip}
        | recurrent.activations(r)
        | recurrent.tables(call)
        | {"peepholes": constant(call, "peepholes")}
    )


def lower(match: Match) -> Call:
    return recurrent.lower(match, LSTM, params(match["layer"]), scratch=6)


def run(
    p: dict[str, Any],
    x: Array,
    h: Array | None,
    c: Array | None,
    sizes: list[float] | None = None,
) -> list[Array]:
    """Of several samples: Y, Y_h, Y_c; `sizes` takes the largest magnitude of the cells of each step."""
    n = p["hidden_n"]

    def step(direction: int, x: Array, h: Array, c: Array) -> list[Array]:
        weights, recurrent_weights, biases = (
            p[name][direction].astype(np.float64)
            for name in ("weights", "recurrent_weights", "biases")
        )
        peepholes = p["peepholes"][direction] if p["peepholes"].size else np.zeros(3 * n)

        def gate(which: int, x: Array) -> Array:
            return recurrent.function(p, 3 * direction + which, np.clip(x, -p["clip"], p["clip"]))

        i, o, f, g = np.split(x @ weights.T + h @ recurrent_weights.T + biases, 4, axis=1)
        seen_i, seen_o, seen_f = np.split(peepholes, 3)
        entry = gate(0, i + seen_i * c)
        forget = 1 - entry if p["coupled"] else gate(0, f + seen_f * c)
        c = np.clip(forget * c + entry * gate(1, g), -p["cell_clip"], p["cell_clip"])
        if sizes is not None:
            sizes.append(float(np.abs(c).max()))
        return [gate(0, o + seen_o * c) * recurrent.function(p, 3 * direction + 2, c), c]

    return recurrent.walk(p, step, x, [h, c])


KERNEL = Kernel(
    "tc_lstm_f32",
    pattern,
    lower,
    recurrent.reference(run),
    constraints=(recurrent.sequences_are_float32,),
    takes_scratch=True,
    summary="LSTM of whole sequences, in one or both directions, in float.",
)
