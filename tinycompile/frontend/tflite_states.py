"""TFLite's operators with a state: SVDF."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import UnsupportedOperator

if TYPE_CHECKING:
    from tinycompile.frontend.tflite_converter import Converter


def svdf(c: "Converter", op: Any) -> relax.Expr:
    """A call of SVDF on real values: input, state, weights of features and of time, bias.

    TFLite Micro knows no fused activation here, whatever the file says.
    """
    data, features, time, bias, state = (int(i) for i in op.InputsAsNumpy())
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


def variable(c: "Converter", index: int) -> relax.Expr:
    """The variable tensor `index`, which one operator reads and updates."""
    if index in c.exprs:
        raise UnsupportedOperator(f"variable {c.names[index]!r} is read by several operators")
    c.exprs[index] = c.bind(external.state(zeros(c, index)), c.names[index])
    return c.exprs[index]


def zeros(c: "Converter", index: int) -> NDArray[Any]:
    """What a variable tensor holds at first: int8 ones their zero point, others 0."""
    dtype = np.dtype(c.dtype(index))
    value = c.qparams(index).zero_point if dtype == np.int8 else 0
    return np.full(c.shape(index), value, dtype)


CONVERTERS = {"SVDF": svdf}
