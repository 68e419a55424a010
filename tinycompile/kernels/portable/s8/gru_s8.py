"""A gated recurrent unit on int8, of sequences as a whole; in int8 memory, small changes would be lost."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.call import Call, Param
from tinycompile.external import GRU_S8
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s16 import logistic_s16, tanh_s16
from tinycompile.kernels.shared import recurrent
from tinycompile.quantization import quantize_multiplier, requantize
from tinycompile.recurrence import CELLS, Integers, Recurrence, constant

Array = NDArray[Any]
CELL = CELLS[GRU_S8]
GATE = 2.0**-15  # the scale of what gates make, and of what is remembered
ARGUMENT = 2.0**-12  # the scale of what gates are applied to
TABLE = {"multiplier": 3, "shift": 0}  # from there to steps of the table
LARGEST = 1 << 15  # inputs or hidden units: sums fit 32 bits


def pattern() -> Pattern:
    return recurrent.pattern(GRU_S8)


def sequences_are_int8(match: Match) -> str | None:
    """The sequences are int8."""
    dtype = match.dtype("input")
    return None if dtype == "int8" else f"they are {dtype}"


def sums_fit(match: Match) -> str | None:
    """Inputs and hidden units are at most 32768."""
    r = Recurrence.of(match["layer"])
    largest = max(r.inputs, r.hidden)
    return None if largest <= LARGEST else f"there are {largest}"


def integers(r: Recurrence) -> Integers:
    assert r.integers is not None
    return r.integers


def products(call: relax.Call) -> dict[str, Param]:
    """Weights, biases less what zero points add, and factors of both kinds of products."""
    r = Recurrence.of(call)
    numbers, gates = integers(r), CELL.gates
    scales = np.array(numbers.weights, np.float32).reshape(r.directions, 2, gates)
    of_input, of_hidden = (np.float32(q.scale) for q in (numbers.input, numbers.hidden))
    both = np.stack([scales[:, 0] * of_input, scales[:, 1] * of_hidden], axis=1)
    factors = [quantize_multiplier(float(scale) / ARGUMENT) for scale in both.ravel()]
    weights, recurrent_weights = (constant(call, n) for n in ("weights", "recurrent_weights"))
    return {
        "lengths": np.array(r.lengths, np.int32),
        "weights": weights,
        "recurrent_weights": recurrent_weights,
        "biases": less(constant(call, "biases"), weights, numbers.input.zero_point),
        "recurrent_biases": less(
            constant(call, "recurrent_biases"), recurrent_weights, numbers.hidden.zero_point
        ),
        "multipliers": np.array([m for m, _ in factors], np.int32).reshape(both.shape),
        "shifts": np.array([s for _, s in factors], np.int8).reshape(both.shape),
        "table": logistic_s16.table(),
    }


def less(biases: Array, weights: Array, zero_point: int) -> NDArray[np.int32]:
    sums = weights.astype(np.int64).sum(axis=2) * zero_point
    return np.asarray(biases.astype(np.int64) - sums, np.int32)


def params(call: relax.Call) -> dict[str, Param]:
    r = Recurrence.of(call)
    hidden = integers(r).hidden
    scale = float(np.float32(hidden.scale))
    pairs = {
        "hidden": quantize_multiplier(GATE / scale),
        "reset": quantize_multiplier(GATE * GATE / scale),
    }
    return (
        recurrent.places(r)
        | {"hidden_zero_point": hidden.zero_point, "reset_after": int(r.reset_after)}
        | {f"{name}_multiplier": multiplier for name, (multiplier, _) in pairs.items()}
        | {f"{name}_shift": shift for name, (_, shift) in pairs.items()}
        | products(call)
    )


def lower(match: Match) -> Call:
    call = recurrent.lower(match, GRU_S8, params(match["layer"]), scratch=0)
    return replace(call, scratch=10 * Recurrence.of(match["layer"]).hidden)


def saturated(x: Array) -> NDArray[np.int64]:
    return np.clip(np.asarray(x, np.int64), -(2**15), 2**15 - 1)


def sums(p: dict[str, Any], direction: int, which: int, gate: int, x: Array) -> NDArray[np.int64]:
    """The arguments of a gate, of inputs (`which` is 0) or of states (1)."""
    weights, biases = (("weights", "biases"), ("recurrent_weights", "recurrent_biases"))[which]
    n = p["hidden_n"]
    rows = slice(gate * n, (gate + 1) * n)
    product = x.astype(np.int64) @ p[weights][direction, rows].astype(np.int64).T
    product = (product + p[biases][direction, rows]).astype(np.int32)
    factor = (int(p[name][direction, which, gate]) for name in ("multipliers", "shifts"))
    return saturated(requantize(product, *factor))


def logistic(p: dict[str, Any], x: Array) -> NDArray[np.int64]:
    made = logistic_s16.reference(p | TABLE, x.astype(np.int16))
    return made.astype(np.int64)


def tanh(p: dict[str, Any], x: Array) -> NDArray[np.int64]:
    made = tanh_s16.reference(p | TABLE, x.astype(np.int16))
    return made.astype(np.int64)


def to_int8(p: dict[str, Any], x: Array, name: str) -> NDArray[np.int64]:
    """`x` by the factor `name`, beside the hidden zero point."""
    made = requantize(x, p[f"{name}_multiplier"], p[f"{name}_shift"]) + p["hidden_zero_point"]
    return np.asarray(np.clip(made, -128, 127))


def run(p: dict[str, Any], x: Array, s: Array | None) -> list[Array]:
    """Of several samples: Y, Y_h, Y_s."""

    def both(direction: int, gate: int, x: Array, h: Array) -> Array:
        return saturated(sums(p, direction, 0, gate, x) + sums(p, direction, 1, gate, h))

    def rounded(x: Array) -> Array:
        """15 fractional bits less."""
        return (x + (1 << 14)) >> 15

    def step(direction: int, x: Array, h: Array, s: Array) -> list[Array]:
        s = s.astype(np.int64)
        z, r = (logistic(p, both(direction, gate, x, h)) for gate in range(2))
        if p["reset_after"]:
            left = rounded(r * sums(p, direction, 1, 2, h))
            argument = saturated(left + sums(p, direction, 0, 2, x))
        else:
            argument = both(direction, 2, x, to_int8(p, r * s, "reset"))
        fresh = tanh(p, argument)
        s = saturated(rounded(((1 << 15) - z) * fresh + z * s))
        return [to_int8(p, s, "hidden"), s]

    if s is None:
        s = np.zeros((len(x), p["directions"] * p["batch"] * p["hidden_n"]), np.int64)
    return recurrent.walk(p, step, x, [to_int8(p, s, "hidden"), s], p["hidden_zero_point"])


KERNEL = Kernel(
    "tc_gru_s8",
    pattern,
    lower,
    recurrent.reference(run),
    constraints=(sequences_are_int8, sums_fit),
    takes_scratch=True,
    summary="GRU of whole sequences of int8, which remembers in int16.",
)
