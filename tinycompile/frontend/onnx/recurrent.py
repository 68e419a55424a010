"""Our converters of ONNX's recurrent layers: LSTM, GRU and RNN, each a call of an external function."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.recurrence import BIDIRECTIONAL, CELLS, FORWARD, Function, Recurrence
from tinycompile.rewriting.expressions import constant

Array = NDArray[Any]
LENGTHS = 4  # the position of the input
STATES = {"h": 5, "c": 6}
PEEPHOLES = 7
# The functions that take numbers, and what ONNX Runtime takes where the model gives none.
ALPHA = {
    "affine": 0.0, "leakyrelu": 0.01, "thresholdedrelu": 0.0, "scaledtanh": 0.0, "hardsigmoid": 0.2,
    "elu": 1.0,
}  # fmt: skip
BETA = {"affine": 0.0, "scaledtanh": 0.0, "hardsigmoid": 0.5}
SPELLINGS = {
    name.lower(): name
    for name in ("Affine", "Relu", "LeakyRelu", "ThresholdedRelu", "Tanh", "ScaledTanh", "Sigmoid",
                 "HardSigmoid", "Elu", "Softsign", "Softplus")
}  # fmt: skip


def _layer(o: Operation, function: str) -> relax.Expr:
    cell = CELLS[function]
    weights, recurrent = o.constant(1, "its matrix W"), o.constant(2, "its matrix R")
    bias = None if o.input(3) is None else o.constant(3, "its bias")
    direction = o.attributes.get("direction", FORWARD)
    batch_first = bool(o.attributes.get("layout", 0))
    steps, batch, inputs = _sizes(o, batch_first)
    wanted = [name if made else "" for name, made in zip(cell.outputs, o.node.output, strict=False)]
    states = {name: o.input(STATES[name]) for name in cell.states}
    states = {
        name: value for name, value in states.items() if value is not None and not _is_zero(value)
    }
    described = Recurrence(
        steps, batch, inputs, recurrent.shape[-1], direction, batch_first,
        functions=_functions(o, cell.functions, 2 if direction == BIDIRECTIONAL else 1),
        lengths=_lengths(o, steps, batch),
        states=tuple(states),
        outputs=tuple(filter(None, wanted)),
        clip=float(o.attributes["clip"]) if o.attributes.get("clip", 0) > 0 else None,
        coupled=bool(o.attributes.get("input_forget", 0)),
        reset_after=bool(o.attributes.get("linear_before_reset", 0)),
    )  # fmt: skip
    peepholes = (
        o.constant(PEEPHOLES, "its matrix P") if o.input(PEEPHOLES) is not None else np.zeros((0,))
    )
    constants = (weights, recurrent, _biases(bias, described, function), peepholes)
    _check(described, cell.gates, *constants[:2], peepholes)
    call = described.call(
        function,
        o.input(0),
        relax.Tuple(list(states.values())),
        *(constant(array.astype(np.float32)) for array in constants),
    )
    return _in_places(o, call, wanted)


def _sizes(o: Operation, batch_first: bool) -> tuple[int, int, int]:
    if len(o.shape()) != 3:
        raise UnsupportedOperator(f"its input has {len(o.shape())} dimensions instead of 3")
    first, second, inputs = o.shape()
    return (second, first, inputs) if batch_first else (first, second, inputs)


def _is_zero(value: Any) -> bool:
    return isinstance(value, GenericConst) and not value.value.numpy().any()


def _lengths(o: Operation, steps: int, batch: int) -> tuple[int, ...]:
    if o.input(LENGTHS) is None:
        return (steps,) * batch
    lengths = tuple(int(n) for n in o.listed(LENGTHS, "the length of its sequences", batch))
    if not all(1 <= length <= steps for length in lengths):
        raise UnsupportedOperator(f"its sequences have lengths {lengths}; allowed: 1 to {steps}")
    return lengths


def _functions(o: Operation, usual: tuple[str, ...], directions: int) -> tuple[Function, ...]:
    """Numbers belong to the functions that take them, in order."""
    names = [str(name).lower() for name in o.attributes.get("activations", usual * directions)]
    if len(names) != len(usual) * directions:
        raise UnsupportedOperator(f"{len(names)} activations; it needs {len(usual) * directions}")
    if unknown := [name for name in names if name not in SPELLINGS]:
        raise UnsupportedOperator(
            f"activation {unknown[0]!r}; supported: {', '.join(SPELLINGS.values())}"
        )
    alphas, betas = (
        list(o.attributes.get(f"activation_{which}", [])) for which in ("alpha", "beta")
    )
    return tuple(
        Function(
            SPELLINGS[name],
            float(alphas.pop(0) if name in ALPHA and alphas else ALPHA.get(name, 0.0)),
            float(betas.pop(0) if name in BETA and betas else BETA.get(name, 0.0)),
        )
        for name in names
    )


def _biases(bias: Array | None, described: Recurrence, function: str) -> Array:
    """The sum of a gate's two biases; those inside a GRU's reset stay apart."""
    cell = CELLS[function]
    both = np.zeros((described.directions, 2, cell.gates, described.hidden), np.float32)
    if bias is not None:
        if bias.size != both.size:
            raise UnsupportedOperator(
                f"its bias has shape {bias.shape}; it needs {both.size} numbers"
            )
        both = bias.reshape(both.shape)
    if function == external.GRU and described.reset_after:
        summed = both[:, 0].copy()
        summed[:, :2] += both[:, 1, :2]
        summed = np.concatenate([summed, both[:, 1, 2:]], axis=1)
    else:
        summed = both[:, 0] + both[:, 1]
        spare = cell.biases - cell.gates
        summed = np.concatenate([summed, np.zeros_like(summed[:, :spare])], axis=1)
    return summed.reshape(described.directions, -1)


def _check(
    described: Recurrence, gates: int, weights: Array, recurrent: Array, peepholes: Array
) -> None:
    rows = gates * described.hidden
    for what, array, shape in (
        ("input weights", weights, (described.directions, rows, described.inputs)),
        ("recurrent weights", recurrent, (described.directions, rows, described.hidden)),
        ("peephole weights", peepholes, (described.directions, 3 * described.hidden)),
    ):
        if array.size and array.shape != shape:
            raise UnsupportedOperator(f"its {what} have shape {array.shape} instead of {shape}")


def _in_places(o: Operation, call: relax.Call, wanted: list[str]) -> relax.Expr:
    """The results where the node has them; nobody asks for the others."""
    if not any(wanted[1:]):
        return call
    names = [name for name in wanted if name]
    whole = o.builder.emit(call)
    fields = [relax.TupleGetItem(whole, i) for i in range(len(names))] if names[1:] else [whole]
    results = dict(zip(names, fields, strict=True))
    return relax.Tuple([results.get(name, relax.const(0.0)) for name in wanted])


CONVERTERS: dict[str, Converter] = {
    "LSTM": lambda o: _layer(o, external.LSTM),
    "GRU": lambda o: _layer(o, external.GRU),
    "RNN": lambda o: _layer(o, external.RNN),
}
