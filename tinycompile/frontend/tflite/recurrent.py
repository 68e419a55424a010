"""TFLite's recurrent layers: states of the library go in, and what comes out of them is assigned to these."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.products import weight_scales
from tinycompile.frontend.tflite.states import variable
from tinycompile.frontend.tflite.weights import real_values
from tinycompile.integer_lstm import IntegerLstm
from tinycompile.recurrence import CELLS, FORWARD, REVERSE, Function, Recurrence
from tinycompile.rewriting.expressions import constant

Array = NDArray[Any]
# Inputs of an LSTM; gates in the order i, o, f, c. The other direction's follow `BACKWARD` inputs later.
WEIGHTS, RECURRENT_WEIGHTS, BIASES = (1, 4, 2, 3), (5, 8, 6, 7), (12, 15, 13, 14)
BACKWARD = 17
STATES, STATES_OF_BOTH = (18, 19), ((35, 36), (37, 38))  # h and c
VARIANTS = {"peephole weights": (9, 10, 11), "a projection": (16, 17)}
NORMALISATION, AUXILIARY = range(20, 24), range(39, 48)
NO_PEEPHOLES = np.zeros((0,), np.float32)
KINDS = tflite.ActivationFunctionType
FUNCTIONS = {
    KINDS.NONE: Function("Affine", 1.0),
    KINDS.RELU: Function("Relu"),
    KINDS.TANH: Function("Tanh"),
}


def unidirectional_sequence_lstm(c: Converter, op: Any) -> relax.Expr:
    """An LSTM as Keras has it: h and c live from run to run."""
    _refuse(op, "layer normalisation", NORMALISATION)
    return _lstm(c, op, 0, STATES, op.Outputs(0))


def bidirectional_sequence_lstm(c: Converter, op: Any) -> list[relax.Expr]:
    """One LSTM a direction, side by side or an output each."""
    _refuse(op, "an auxiliary input", AUXILIARY)
    made = [
        _lstm(c, op, BACKWARD * direction, STATES_OF_BOTH[direction], op.Outputs(0), direction)
        for direction in (0, 1)
    ]
    return [relax.op.concat(made, 2)] if c.options(op).MergeOutputs() else made


def _lstm(
    c: Converter, op: Any, first: int, states: Sequence[int], output: int, direction: int = 0
) -> relax.Expr:
    """The sequence that comes out of the weights from input `first` on; `states` are inputs, too."""
    options = c.options(op)
    for what, which in VARIANTS.items():
        _refuse(op, what, [first + i for i in which])
    if any(op.Inputs(first + which[0]) < 0 for which in (WEIGHTS, RECURRENT_WEIGHTS, BIASES)):
        raise UnsupportedOperator("its input gate is what the forget gate leaves: not supported")
    if options.FusedActivationFunction() != KINDS.TANH:
        found = c.activation_fn_type[options.FusedActivationFunction()]
        raise UnsupportedOperator(f"its activation is {found}; only TANH is supported")
    weights, recurrent_weights, biases = (
        [op.Inputs(first + i) for i in which] for which in (WEIGHTS, RECURRENT_WEIGHTS, BIASES)
    )
    units, inputs = c.shape(weights[0])[0], c.shape(op.Inputs(0))[2]
    arrays = [
        np.stack([_constant(c, index, shape) for index in which])
        for which, shape in (
            (weights, (units, inputs)),
            (recurrent_weights, (units, units)),
            (biases, (units,)),
        )
    ]
    h, cell = (op.Inputs(i) for i in states)
    if c.dtype(op.Inputs(0)) == "float32":
        described = _float(c, op, external.LSTM, units, direction)
        described = replace(described, cell_clip=options.CellClip() or None)
        return _in_float(c, op, external.LSTM, described, arrays, [h, cell])
    batch, steps = _batch_and_steps(c, op)
    integers = IntegerLstm(
        steps, batch, inputs, units,
        batch_first=not options.TimeMajor(),
        input=c.qparams(op.Inputs(0)),
        output=c.qparams(h),
        cell_scale=c.qparams(cell).scale,
        weight_scales=_scales(c, weights),
        recurrent_scales=_scales(c, recurrent_weights),
        reverse=bool(direction),
        clip=options.CellClip(),
    )  # fmt: skip
    given = _variables(c, [h, cell], (batch, units))
    call = integers.call(
        c.integer(op.Inputs(0)), given, *map(constant, arrays), dtype=c.dtype(op.Inputs(0))
    )
    return _with_states(c, op, call, given)


def unidirectional_sequence_rnn(c: Converter, op: Any) -> relax.Expr:
    function = c.options(op).FusedActivationFunction()
    if function not in FUNCTIONS:
        found = c.activation_fn_type[function]
        raise UnsupportedOperator(f"its activation is {found}; allowed: NONE, RELU, TANH")
    units, inputs = c.shape(op.Inputs(1))[0], c.shape(op.Inputs(0))[2]
    shapes = ((units, inputs), (units, units), (units,))
    arrays = [_constant(c, op.Inputs(1 + i), shape) for i, shape in enumerate(shapes)]
    described = _float(c, op, external.RNN, units, 0, (FUNCTIONS[function],))
    return _in_float(c, op, external.RNN, described, arrays, [op.Inputs(4)])


def _float(
    c: Converter, op: Any, function: str, units: int, direction: int,
    functions: tuple[Function, ...] = (),
) -> Recurrence:  # fmt: skip
    batch, steps = _batch_and_steps(c, op)
    cell = CELLS[function]
    return Recurrence(
        steps, batch, c.shape(op.Inputs(0))[2], units, REVERSE if direction else FORWARD,
        batch_first=not c.options(op).TimeMajor(),
        functions=functions or tuple(Function(name) for name in cell.functions),
        lengths=(steps,) * batch,
        states=cell.states,
        outputs=cell.outputs,
    )  # fmt: skip


def _in_float(
    c: Converter, op: Any, function: str, r: Recurrence, arrays: list[Array], states: list[int]
) -> relax.Expr:
    weights, recurrent_weights, biases = arrays
    rows = CELLS[function].gates * r.hidden
    constants = [
        weights.reshape(1, rows, r.inputs),
        recurrent_weights.reshape(1, rows, r.hidden),
        biases.reshape(1, rows),
        NO_PEEPHOLES,
    ]
    given = _variables(c, states, (r.batch, r.hidden))
    shaped = [relax.op.reshape(state, r.shape("Y_h")) for state in given]
    call = r.call(
        function, c.get_expr(op.Inputs(0)), relax.Tuple(shaped), *map(constant, constants)
    )
    return _with_states(c, op, call, given)


def _variables(c: Converter, indices: list[int], shape: tuple[int, int]) -> list[relax.Expr]:
    for index in indices:
        if c.shape(index) != shape:
            raise InvalidModel(f"damaged file: its state {c.names[index]!r} is no {shape}")
    return [variable(c, index) for index in indices]


def _with_states(c: Converter, op: Any, call: relax.Call, states: list[relax.Expr]) -> relax.Expr:
    """The sequence that `call` makes; its last states are what the next run begins with."""
    name = c.names[op.Outputs(0)]
    made = c.bind(call, f"{name} and {states[0].name}")
    sequence = c.bind(relax.TupleGetItem(made, 0), f"{name} of {states[0].name}")
    for i, state in enumerate(states, 1):
        value = c.bind(relax.TupleGetItem(made, i), f"{state.name} next")
        c.bind(external.assign(state, value), f"{state.name} assigned")
    units = c.shape(op.Inputs(1))[0]
    shape = (*c.shape(op.Inputs(0))[:2], units)
    return relax.op.reshape(sequence, shape) if len(sequence.ty.shape) > 3 else sequence


def _batch_and_steps(c: Converter, op: Any) -> tuple[int, int]:
    first, second = c.shape(op.Inputs(0))[:2]
    return (second, first) if c.options(op).TimeMajor() else (first, second)


def _refuse(op: Any, what: str, inputs: Sequence[int]) -> None:
    """Raise if one of `inputs` is given, which makes it another layer."""
    if any(op.Inputs(i) >= 0 for i in inputs if i < op.InputsLength()):
        raise UnsupportedOperator(f"it has {what}, which is not supported")


def _constant(c: Converter, index: int, shape: tuple[int, ...]) -> Array:
    if (value := c.value(index)) is None:
        raise UnsupportedOperator(f"its {c.names[index]!r} is computed")
    if value.shape != shape:
        raise InvalidModel(
            f"damaged file: {c.names[index]!r} has shape {value.shape} instead of {shape}"
        )
    return real_values(c, index, value) if index in c.reals else value


def _scales(c: Converter, indices: list[int]) -> Any:
    """One a gate."""
    for index in indices:
        count, zero_point = len(weight_scales(c, index)), c.qparams(index).zero_point
        if count > 1 or zero_point:
            raise UnsupportedOperator(
                f"weights {c.names[index]!r} have {count} scales and zero point {zero_point}; "
                "only one scale and zero point 0 are supported"
            )
    return tuple(c.qparams(index).scale for index in indices)


CONVERTERS = {
    "BIDIRECTIONAL_SEQUENCE_LSTM": bidirectional_sequence_lstm,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm,
    "UNIDIRECTIONAL_SEQUENCE_RNN": unidirectional_sequence_rnn,
}
