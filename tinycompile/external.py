"""Operators that Relax has not, as calls of external functions that only kernels of ours know.

`tc.state` is the value that a state, which lives from run to run, has when a run begins; its argument
is what it is at first. The kernel of an operator that takes a state also updates it; else
`tc.assign`, of a state and a tensor, says what the next run begins with. Its result means nothing.

`tc.lstm`, `tc.gru` and `tc.rnn` are whole sequences: `tinycompile.recurrence` says of what;
`tinycompile.integer_lstm` what `tc.integer_lstm` is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

PACKED = "relax.call_pure_packed"
STATE = "tc.state"
ASSIGN = "tc.assign"
SVDF = "tc.svdf"
LSTM, GRU, RNN = "tc.lstm", "tc.gru", "tc.rnn"
INTEGER_LSTM = "tc.integer_lstm"
GRU_S8 = "tc.gru_s8"
L2_NORMALIZE_S8 = "tc.l2_normalize_s8"  # of integers and their zero point, to steps of 1/128
QUANTIZE_S32 = "tc.quantize_s32"  # relax.quantize knows narrower types only
TFLITE_ROUNDING = "tflite"  # a rounding_method of resizes, beside those of Relax


def call(function: str, *args: relax.Expr, ty: relax.TensorType | relax.TupleType) -> relax.Call:
    """A call of the external `function`, whose result is a `ty`."""
    return relax.call_pure_packed(function, *args, ty_args=ty)


def state(initial: NDArray[Any]) -> relax.Call:
    """A state of the shape and type of `initial`."""
    ty = relax.TensorType(initial.shape, str(initial.dtype))
    return call(STATE, relax.const(initial), ty=ty)


def assign(state: relax.Expr, value: relax.Expr) -> relax.Call:
    """`state` is `value` when the next run begins."""
    return call(ASSIGN, state, value, ty=relax.TensorType((), "int32"))


def is_state(value: Any) -> bool:
    return function(value) == STATE


def is_assignment(value: Any) -> bool:
    return function(value) == ASSIGN


def function(value: Any) -> str:
    """The external function that `value` is a call of; "" if it is none."""
    if not isinstance(value, relax.Call) or getattr(value.op, "name", "") != PACKED:
        return ""
    return str(value.args[0].global_symbol)


def initial_value(state: relax.Call) -> NDArray[Any]:
    return np.asarray(state.args[1].value.numpy())
