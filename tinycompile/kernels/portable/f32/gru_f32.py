"""A gated recurrent unit on float32, of sequences as a whole, as ONNX has it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.call import Call, Param
from tinycompile.external import GRU
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import recurrent
from tinycompile.recurrence import Recurrence

Array = NDArray[Any]


def pattern() -> Pattern:
    return recurrent.pattern(GRU)


def params(call: relax.Call) -> dict[str, Param]:
    r = Recurrence.of(call)
    return (
        recurrent.places(r)
        | {"reset_after": int(r.reset_after)}
        | recurrent.activations(r)
        | recurrent.tables(call)
    )


def lower(match: Match) -> Call:
    return recurrent.lower(match, GRU, params(match["layer"]), scratch=6)


def run(p: dict[str, Any], x: Array, h: Array | None) -> list[Array]:
    """Of several samples: Y, Y_h."""

    def step(direction: int, x: Array, h: Array) -> list[Array]:
        weights, recurrent_weights = (
            np.split(p[name][direction].astype(np.float64), 3)
            for name in ("weights", "recurrent_weights")
        )
        z, r, g = (x @ w.T for w in weights)
        r_z, r_r, r_g = recurrent_weights
        b_z, b_r, b_g, inside = np.split(p["biases"][direction].astype(np.float64), 4)

        def gate(which: int, x: Array) -> Array:
            return recurrent.function(p, 2 * direction + which, np.clip(x, -p["clip"], p["clip"]))

        z, r = gate(0, z + h @ r_z.T + b_z), gate(0, r + h @ r_r.T + b_r)
        seen = r * (h @ r_g.T + inside) if p["reset_after"] else (r * h) @ r_g.T + inside
        return [(1 - z) * gate(1, g + b_g + seen) + z * h]

    return recurrent.walk(p, step, x, [h])


KERNEL = Kernel(
    "tc_gru_f32",
    pattern,
    lower,
    recurrent.reference(run),
    constraints=(recurrent.sequences_are_float32,),
    takes_scratch=True,
    summary="GRU of whole sequences, in one or both directions, in float.",
)
