"""TFLite's operators with a state: SVDF, which has a variable tensor, and variables that have names."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.tflite.converter import Converter


def svdf(c: Converter, op: Any) -> relax.Expr:
    """A call of SVDF on real values: input, state, weights of features and of time, bias.

    TFLite Micro knows no fused activation here, whatever the file says.
    """
    data, features, time, bias, state = (int(op.Inputs(i)) for i in range(5))
    output = op.Outputs(0)
    operands = {"feature weights": features, "time weights": time}
    for what, index in operands.items():
        if c.value(index) is None:
            raise UnsupportedOperator(f"SVDF {c.names[output]!r}: the {what} are computed")
    batch = c.shape(data)[0]
    if batch != 1:
        raise UnsupportedOperator(f"SVDF {c.names[output]!r}: batch {batch}; only 1 is supported")
    units = c.shape(output)[-1]
    integers = np.zeros(units, np.int32) if bias < 0 else c.value(bias)
    if integers is None:
        raise UnsupportedOperator(f"SVDF {c.names[output]!r}: the bias is computed")
    scale = np.float32(c.qparams(state).scale) * np.float32(c.qparams(time).scale)
    addend = relax.op.dequantize(
        relax.const(integers.ravel()), relax.const(scale), relax.const(0, "int32"), axis=0
    )
    real = external.call(
        external.SVDF,
        c.real(data),
        c.dequantized(variable(c, state), state),
        c.real(features),
        c.real(time),
        addend,
        ty=relax.TensorType(c.shape(output), "float32"),
    )
    return c.to_quantized(real, output)


def variable(c: Converter, index: int) -> relax.Expr:
    """The variable tensor `index`, which one operator reads and updates."""
    if index in c.exprs:
        raise UnsupportedOperator(f"variable {c.names[index]!r} is read by several operators")
    c.exprs[index] = c.bind(external.state(zeros(c, index)), c.names[index])
    return c.exprs[index]


def zeros(c: Converter, index: int) -> NDArray[Any]:
    """What a variable tensor holds at first: int8 ones their zero point, others 0."""
    dtype = np.dtype(c.dtype(index))
    value = c.qparams(index).zero_point if dtype == np.int8 else 0
    return np.full(c.shape(index), value, dtype)


def _handled(c: Converter, op: Any) -> str:
    """The name of the variable that `op` is about."""
    if op.Inputs(0) not in c.variables.names:
        raise InvalidModel(
            f"damaged file: {c.code(op)}: {c.names[op.Inputs(0)]!r} is no variable's handle"
        )
    return c.variables.names[op.Inputs(0)]


def read_variable(c: Converter, op: Any) -> relax.Expr:
    """What the variable holds now; at first, its state of the run before."""
    name = _handled(c, op)
    if name not in c.variables.current:
        output = op.Outputs(0)
        initial = c.variables.initial.get(name)
        if initial is None or initial.shape != c.shape(output):
            raise UnsupportedOperator(
                f"READ_VARIABLE {c.names[output]!r}: its variable {name!r} has no constant to begin with"
            )
        state = c.bind(external.state(initial), name.strip("/"))
        c.variables.states[name] = c.variables.current[name] = state
    return c.variables.current[name]


def assign_variable(c: Converter, op: Any) -> list[relax.Expr]:
    """From here on, and in the next run, the variable holds another value."""
    name, value = _handled(c, op), op.Inputs(1)
    if not c.has_expr(value):
        raise UnsupportedOperator(f"ASSIGN_VARIABLE: {c.names[value]!r} is a constant")
    if name not in c.variables.states:
        raise UnsupportedOperator(
            f"ASSIGN_VARIABLE: variable {name!r} is not read before {c.names[value]!r} is assigned"
        )
    c.variables.current[name] = c.get_expr(value)
    c.bind(external.assign(c.variables.states[name], c.get_expr(value)), f"{name.strip('/')} next")
    return []


CONVERTERS = {
    "SVDF": svdf,
    "READ_VARIABLE": read_variable,
    "ASSIGN_VARIABLE": assign_variable,
}
