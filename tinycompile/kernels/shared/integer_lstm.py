"""What the kernels of LSTM on integers share: TFLite's arithmetic.

The products of a gate with the input and with h become int16 of 12 fractional bits, each on its own; so does
their sum. Gates have 15 fractional bits, c steps of a power of two. Everything saturates.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import wildcard

from tinycompile.call import Call, Param
from tinycompile.external import INTEGER_LSTM
from tinycompile.integer_lstm import CONSTANTS, OUTPUTS, STATES, IntegerLstm
from tinycompile.kernel import Constraint, Match, Pattern
from tinycompile.kernels.portable.s16 import logistic_s16, tanh_s16
from tinycompile.kernels.shared import recurrent
from tinycompile.quantization import integer_limits, quantize_multiplier, requantize

Array = NDArray[Any]
Leave = Callable[..., Array]  # (sums, multiplier, shift) -> with 12 fractional bits
GATES = 4
GATE_SCALE = 2.0**-12
PRODUCT_SCALE = 2.0**-30  # of two gates


def pattern() -> Pattern:
    p = Pattern()
    constants = [p.constant(name) for name in CONSTANTS]
    operands = [p.tensor("input"), p.sequence("states"), *constants, wildcard()]
    return p.at(p.external("layer", INTEGER_LSTM, *operands))


def details(match: Match) -> IntegerLstm:
    return IntegerLstm.of(match["layer"])


def input_is(dtype: str) -> Constraint:
    def check(match: Match) -> str | None:
        found = match.dtype("input")
        return None if found == dtype else f"they are {found}"

    check.__doc__ = f"The sequences are {dtype}."
    return check


def weights_are_int8(match: Match) -> str | None:
    """Weights are int8."""
    found = {match.dtype(name) for name in CONSTANTS[:2]}
    return None if found == {"int8"} else f"they are {', '.join(sorted(found))}"


def biases_are(dtype: str) -> Constraint:
    def check(match: Match) -> str | None:
        found = match.dtype("biases")
        return None if found == dtype else f"they are {found}"

    check.__doc__ = f"Biases are {dtype}."
    return check


def cell_scale_is_a_power_of_two(match: Match) -> str | None:
    """The scale of c is a power of two in [2^-24, 2]."""
    scale = details(match).cell_scale
    fits = 2.0**-24 <= scale <= 2 and np.frexp(scale)[0] == 0.5
    return None if fits else f"it is {scale:.9g}"


def factors(scale: float, scales: tuple[float, ...]) -> list[float]:
    """Of a gate's products; the product of two scales is float32."""
    products = [np.float32(scale) * np.float32(other) for other in scales]
    return [float(product) / GATE_SCALE for product in products]


def all_factors(match: Match) -> list[float]:
    d = details(match)
    return factors(d.input.scale, d.weight_scales) + factors(d.output.scale, d.recurrent_scales)


def multipliers(match: Match) -> dict[str, Param]:
    """Multipliers and shifts of the products with the input and with h."""
    pairs = [quantize_multiplier(factor) for factor in all_factors(match)]
    all_multipliers, shifts = (tuple(pair[i] for pair in pairs) for i in (0, 1))
    return {
        "shifts": shifts[:GATES],
        "recurrent_shifts": shifts[GATES:],
        "multipliers": all_multipliers[:GATES],
        "recurrent_multipliers": all_multipliers[GATES:],
    }


def biases(match: Match) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Those of the products with the input and with h: zero points are taken off with them."""
    d = details(match)
    weights, recurrent_weights = (match.array(name).astype(np.int64) for name in CONSTANTS[:2])
    of_input = match.array("biases").astype(np.int64) - d.input.zero_point * weights.sum(axis=2)
    return of_input, -d.output.zero_point * recurrent_weights.sum(axis=2)


def places(d: IntegerLstm) -> dict[str, Param]:
    between, beside = (1, d.steps) if d.batch_first else (d.batch, 1)
    return {
        "steps": d.steps,
        "batch": d.batch,
        "input_n": d.inputs,
        "hidden_n": d.hidden,
        "input_step": between * d.inputs,
        "input_batch": beside * d.inputs,
        "output_step": between * d.hidden,
        "output_batch": beside * d.hidden,
    }


def cell_bounds(d: IntegerLstm) -> tuple[int, int]:
    low, high = integer_limits("int16")
    if d.clip <= 0:
        return low, high
    bound = int(min(d.clip / d.cell_scale, high))
    return -bound, bound


def tanh_factor(cell_scale: float) -> tuple[int, int]:
    """Multiplier and right shift from c to steps of 1 / (24 * 2^9)."""
    left = int(np.frexp(cell_scale)[1]) - 1 + 12
    return (3 << left, 0) if left >= 0 else (3, -left)


def lower(match: Match, of_gates: dict[str, Param], bias: str) -> Call:
    """`of_gates` are the fields that `multipliers` makes, biases of the type `bias`."""
    d = details(match)
    cell, output = (quantize_multiplier(PRODUCT_SCALE / s) for s in (d.cell_scale, d.output.scale))
    tanh = tanh_factor(d.cell_scale)
    low, high = cell_bounds(d)
    of_input, of_h = (array.astype(bias) for array in biases(match))
    params: dict[str, Param] = places(d) | {
        "output_zero_point": d.output.zero_point,
        "cell_min": low,
        "cell_max": high,
        "reverse": int(d.reverse),
        "shifts": of_gates["shifts"],
        "recurrent_shifts": of_gates["recurrent_shifts"],
        "cell_shift": cell[1],
        "output_shift": output[1],
        "tanh_shift": tanh[1],
        "multipliers": of_gates["multipliers"],
        "recurrent_multipliers": of_gates["recurrent_multipliers"],
        "cell_multiplier": cell[0],
        "output_multiplier": output[0],
        "tanh_multiplier": tanh[0],
        "weights": match.array("weights"),
        "recurrent_weights": match.array("recurrent_weights"),
        "biases": of_input,
        "recurrent_biases": of_h,
        "table": logistic_s16.table(),
    }
    given = dict(zip(d.states, match.names("states"), strict=True))
    itemsize = np.dtype(match.dtype("input")).itemsize
    return Call(
        inputs=("input", *(given.get(name, "") for name in STATES)),
        outputs=tuple(name in d.outputs for name in OUTPUTS),
        overwrites=recurrent.overwrites(d.states, d.outputs),
        params=params,
        macs=d.batch * d.steps * GATES * d.hidden * (d.inputs + d.hidden),
        scratch=d.hidden * (2 * (GATES + 1) + itemsize),
    )


def reference(
    leave: Leave, dtype: str, p: dict[str, Any], x: Array, h: Array | None, c: Array | None
) -> Any:
    """Y, Y_h and Y_c, each of a dimension only."""
    return [made[0] for made in run(leave, dtype, p, *map(recurrent.flat, (x, h, c)))]


def run(
    leave: Leave, dtype: str, p: dict[str, Any], x: Array | None, h: Array | None, c: Array | None
) -> list[Array]:
    """Of several samples: Y, Y_h and Y_c."""
    assert x is not None
    n, batch, steps, samples = p["hidden_n"], p["batch"], p["steps"], len(x)
    states = (samples, batch, n)
    hs = np.full(states, p["output_zero_point"]) if h is None else h.reshape(states).copy()
    cs = np.zeros(states, np.int64) if c is None else c.reshape(states).copy()
    y = np.zeros((samples, steps * batch * n), np.int64)
    for sequence in range(batch):
        for t in reversed(range(steps)) if p["reverse"] else range(steps):
            begin = sequence * p["input_batch"] + t * p["input_step"]
            gates = _gates(leave, p, x[:, begin : begin + p["input_n"]], hs[:, sequence])
            now = cs[:, sequence].astype(np.int64)
            hs[:, sequence], cs[:, sequence] = _step(p, dtype, gates, now)
            to = sequence * p["output_batch"] + t * p["output_step"]
            y[:, to : to + n] = hs[:, sequence]
    last = hs.astype(dtype), cs.astype(np.int16)
    return [y.astype(dtype), *(state.reshape(samples, -1) for state in last)]


def _gates(leave: Leave, p: dict[str, Any], x: Array, h: Array) -> NDArray[np.int64]:
    """(4, samples, hidden)"""

    def part(weights: str, values: Array, bias: str, prefix: str) -> Array:
        sums = values.astype(np.int64) @ p[weights].astype(np.int64).transpose(0, 2, 1)
        factors = [np.array(p[prefix + name])[:, None, None] for name in ("multipliers", "shifts")]
        return _saturated(leave(sums + p[bias][:, None], *factors))

    of_x = part("weights", x, "biases", "")
    of_h = part("recurrent_weights", h, "recurrent_biases", "recurrent_")
    arguments = _saturated(of_x + of_h).astype(np.int16)
    of_gate = {"multiplier": 3, "shift": 0, "table": p["table"]}
    sigmoids, tanh = (
        logistic_s16.reference(of_gate, arguments),
        tanh_s16.reference(of_gate, arguments),
    )
    return np.concatenate([sigmoids[:3], tanh[3:]]).astype(np.int64)


def _step(p: dict[str, Any], dtype: str, gates: Array, c: Array) -> tuple[Array, Array]:
    i, o, f, g = gates
    kept = requantize(f * c, 1 << 30, -14)
    entered = _saturated(requantize(i * g, p["cell_multiplier"], p["cell_shift"]))
    c = np.clip(kept + entered, p["cell_min"], p["cell_max"])
    of_c = {"multiplier": p["tanh_multiplier"], "shift": p["tanh_shift"], "table": p["table"]}
    seen = tanh_s16.reference(of_c, c.astype(np.int16)).astype(np.int64)
    h = requantize(seen * o, p["output_multiplier"], p["output_shift"]) + p["output_zero_point"]
    return np.clip(h, *integer_limits(dtype)), c


def _saturated(x: Array) -> Array:
    return np.clip(x, *integer_limits("int16"))
