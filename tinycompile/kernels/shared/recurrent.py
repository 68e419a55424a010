"""What the recurrent kernels share: where a layer's numbers lie, and its walk along the sequences.

Their references take inputs of any number of samples in front and return all that a layer may be asked for.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.relax.dpl import wildcard

from tinycompile.call import Call, Param
from tinycompile.kernel import Match, Pattern
from tinycompile.recurrence import CELLS, CONSTANTS, REVERSE, Recurrence, constant

Array = NDArray[Any]
Step = Callable[..., list[Array]]  # (direction, x, *states) -> states: h first
FUNCTIONS: dict[str, Callable[[Array, float, float], Array]] = {
    "Affine": lambda x, alpha, beta: alpha * x + beta,
    "Relu": lambda x, alpha, beta: np.maximum(x, 0),
    "LeakyRelu": lambda x, alpha, beta: np.where(x < 0, alpha * x, x),
    "ThresholdedRelu": lambda x, alpha, beta: np.where(x > alpha, x, 0),
    "Tanh": lambda x, alpha, beta: np.tanh(x),
    "ScaledTanh": lambda x, alpha, beta: alpha * np.tanh(beta * x),
    "Sigmoid": lambda x, alpha, beta: 1 / (1 + np.exp(-x)),
    "HardSigmoid": lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    "Elu": lambda x, alpha, beta: np.where(x < 0, alpha * np.expm1(x), x),
    "Softsign": lambda x, alpha, beta: x / (1 + np.abs(x)),
    "Softplus": lambda x, alpha, beta: np.logaddexp(0, x),
}
NAMES = tuple(FUNCTIONS)


def pattern(function: str) -> Pattern:
    p = Pattern()
    constants = [p.constant(name) for name in CONSTANTS]
    operands = [p.tensor("input"), p.sequence("states"), *constants, wildcard()]
    return p.at(p.external("layer", function, *operands))


def sequences_are_float32(match: Match) -> str | None:
    """The sequences are float32."""
    dtype = match.dtype("input")
    return None if dtype == "float32" else f"they are {dtype}"


def lower(match: Match, function: str, params: dict[str, Param], scratch: int) -> Call:
    """`scratch` is in elements of a state."""
    r, cell = Recurrence.of(match["layer"]), CELLS[function]
    states = dict(zip(r.states, match.names("states"), strict=True))
    steps = r.steps * r.batch * r.directions
    return Call(
        inputs=("input", *(states.get(name, "") for name in cell.states)),
        outputs=tuple(name in r.outputs for name in cell.outputs),
        overwrites=overwrites(r.states, r.outputs),
        params=params,
        macs=steps * cell.gates * r.hidden * (r.inputs + r.hidden),
        scratch=4 * scratch * r.hidden,
    )


def overwrites(states: tuple[str, ...], outputs: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Of states that are given and outputs that are wanted: the last may lie where the first did."""
    names = [(state, f"Y_{state}") for state in states if f"Y_{state}" in outputs]
    return tuple((1 + states.index(state), outputs.index(last)) for state, last in names)


def places(r: Recurrence) -> dict[str, Param]:
    """Sizes, and how far apart the numbers of steps, sequences and directions lie."""
    first = r.batch_first
    beside = r.directions * r.hidden  # of a step, or of all first or last states
    return {
        "steps": r.steps,
        "batch": r.batch,
        "directions": r.directions,
        "input_n": r.inputs,
        "hidden_n": r.hidden,
        "input_step": r.inputs if first else r.batch * r.inputs,
        "input_batch": r.steps * r.inputs if first else r.inputs,
        "output_step": beside if first else r.batch * beside,
        "output_batch": r.steps * beside if first else r.hidden,
        "direction_step": r.hidden if first else r.batch * r.hidden,
        "state_batch": beside if first else r.hidden,
        "reverse": int(r.direction == REVERSE),
    }


def activations(r: Recurrence) -> dict[str, Param]:
    """Those of both directions, for that is how many the C has room for."""
    both = r.functions * (2 // r.directions)
    return {
        "clip": inf if r.clip is None else r.clip,
        "functions": tuple(NAMES.index(f.name) for f in both),
        "alphas": tuple(float(np.float32(f.alpha)) for f in both),
        "betas": tuple(float(np.float32(f.beta)) for f in both),
    }


def tables(call: relax.Call) -> dict[str, Param]:
    return {
        "lengths": np.array(Recurrence.of(call).lengths, np.int32),
        "weights": constant(call, "weights"),
        "recurrent_weights": constant(call, "recurrent_weights"),
        "biases": constant(call, "biases"),
    }


def function(p: dict[str, Any], at: int, x: Array) -> Array:
    return FUNCTIONS[NAMES[p["functions"][at]]](x, p["alphas"][at], p["betas"][at])


def walk(
    p: dict[str, Any], step: Step, x: Array, initial: Sequence[Array | None], zero: int = 0
) -> list[Array]:
    """Whole sequences of states h, and the last of every state; samples come first in all of them.

    Beyond the length of a sequence there is `zero`.
    """
    n = p["hidden_n"]
    last = [np.zeros((len(x), p["directions"] * p["batch"] * n)) for _ in initial]
    y = np.full((len(x), p["steps"] * p["directions"] * p["batch"] * n), float(zero))
    for direction in range(p["directions"]):
        for sequence in range(p["batch"]):
            at = direction * p["direction_step"] + sequence * p["state_batch"]
            states = [
                np.zeros((len(x), n)) if state is None else state[:, at : at + n].astype(np.float64)
                for state in initial
            ]
            steps = range(p["lengths"][sequence])
            for t in reversed(steps) if p["reverse"] or direction else steps:
                begin = t * p["input_step"] + sequence * p["input_batch"]
                states = step(direction, x[:, begin : begin + p["input_n"]], *states)
                to = (
                    t * p["output_step"]
                    + direction * p["direction_step"]
                    + sequence * p["output_batch"]
                )
                y[:, to : to + n] = states[0]
            for kept, state in zip(last, states, strict=True):
                kept[:, at : at + n] = state
    return [y, *last]


def flat(x: Array | None) -> Array | None:
    """One sample."""
    return None if x is None else x.reshape(1, -1)


def reference(run: Callable[..., list[Array]]) -> Callable[..., Any]:
    """Of one sample, from `run` of several; each output has a dimension only."""

    def one(p: dict[str, Any], x: Array, *initial: Array | None) -> list[Array]:
        return [made[0] for made in run(p, flat(x), *map(flat, initial))]

    return one
