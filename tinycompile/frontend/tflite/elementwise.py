"""TFLite's element-wise int8 operators that TVM's converters refuse, or give another meaning."""

from typing import Any

import numpy as np
from tvm import relax

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.tflite.converter import Conversion, Converter
from tinycompile.frontend.tflite.operands import INTEGERS
from tinycompile.quantization import quantize_multiplier, requantize
from tinycompile.rewriting.expressions import constant

NEAR = 1e-3  # what TFLite lets the scale of an int16 share be beside 2^-15


def quantize(c: Converter, op: Any) -> relax.Expr:
    data, output = op.Inputs(0), op.Outputs(0)
    if (dtype := c.dtype(output)) not in (*INTEGERS, "int32"):
        known = ", ".join((*INTEGERS, "int32"))
        raise UnsupportedOperator(
            f"QUANTIZE {c.names[output]!r}: to {dtype}; supported: to {known}"
        )
    return c.to_quantized(c.real(data) if c.quantized(data) else c.integer(data), output)


def dequantize(c: Converter, op: Any) -> relax.Expr:
    return c.real(op.Inputs(0))


def relu(c: Converter, op: Any) -> relax.Expr:
    """Requantises, then bounds the integers."""
    return _bounded(c, op, 0.0, None)


def relu_0_to_1(c: Converter, op: Any) -> relax.Expr:
    return _bounded(c, op, 0.0, 1.0)


def relu_n1_to_1(c: Converter, op: Any) -> relax.Expr:
    return _bounded(c, op, -1.0, 1.0)


def _bounded(c: Converter, op: Any, low: float | None, high: float | None) -> relax.Expr:
    output = op.Outputs(0)
    return c.clipped(c.to_quantized(c.real(op.Inputs(0)), output), output, low, high)


def relu6(c: Converter, op: Any) -> relax.Expr:
    """Bounds the integers as they are: TFLite does not look at the output's quantisation."""
    return c.clipped(c.integer(op.Inputs(0)), op.Inputs(0), 0.0, 6.0)


def elu(c: Converter, op: Any) -> relax.Expr:
    x = c.bb.normalize(c.real(op.Inputs(0)))
    zero, one = relax.const(0.0), relax.const(1.0)
    negative = relax.op.subtract(relax.op.exp(x), one)
    return c.to_quantized(relax.op.where(relax.op.less(x, zero), negative, x), op.Outputs(0))


def gelu(c: Converter, op: Any) -> relax.Expr:
    approximate = c.options(op).Approximate()
    function = relax.op.nn.gelu_tanh if approximate else relax.op.nn.gelu
    return c.to_quantized(function(c.real(op.Inputs(0))), op.Outputs(0))


def hard_swish(c: Converter, op: Any) -> relax.Expr:
    x = c.bb.normalize(c.real(op.Inputs(0)))
    gate = relax.op.clip(relax.op.add(x, relax.const(3.0)), 0, 6)
    product = relax.op.divide(relax.op.multiply(x, gate), relax.const(6.0))
    return c.to_quantized(product, op.Outputs(0))


def prelu(c: Converter, op: Any) -> relax.Expr:
    """Slopes along the last axis; others as if the data had one axis only."""
    data, slope, output = op.Inputs(0), op.Inputs(1), op.Outputs(0)
    if (slopes := c.value(slope)) is None:
        raise UnsupportedOperator(f"PRELU {c.names[output]!r}: its slopes are computed")
    shape, slopes = c.shape(data), np.atleast_1d(slopes)
    if shape and slopes.size == slopes.shape[-1]:
        slopes = np.broadcast_to(slopes.ravel(), shape[-1:])
        x, axis = c.integer(data), len(shape) - 1
    else:
        slopes = np.broadcast_to(slopes, shape or (1,)).ravel()
        x, axis = relax.op.reshape(c.integer(data), [-1]), 0
    values = c.dequantized(constant(slopes), slope)
    result = c.to_quantized(relax.op.nn.prelu(c.dequantized(x, data), values, axis), output)
    return result if axis else relax.op.reshape(result, shape)


def logistic(c: Converter, op: Any) -> relax.Expr:
    return _share(c, relax.op.sigmoid(c.real(op.Inputs(0))), op.Outputs(0))


def tanh(c: Converter, op: Any) -> relax.Expr:
    return _share(c, relax.op.tanh(c.real(op.Inputs(0))), op.Outputs(0))


def _share(c: Converter, real: relax.Expr, output: int) -> relax.Expr:
    """`real`, at most 1, as tensor `output`: for int16 TFLite takes every scale near 2^-15 for just that."""
    if c.dtype(output) != "int16" or abs(c.qparams(output).scale * 2**15 - 1) > NEAR:
        return c.to_quantized(real, output)
    scale, zero_point = relax.const(np.float32(2**-15)), c.scale_and_zero_point(output)[1]
    return relax.op.quantize(real, scale, zero_point, axis=0, out_dtype="int16")


def softmax(c: Converter, op: Any) -> relax.Expr:
    real, beta = c.real(op.Inputs(0)), c.options(op).Beta()
    if beta != 1.0:
        real = relax.op.multiply(real, relax.const(np.float32(beta)))
    return _share(c, relax.op.nn.softmax(real, -1), op.Outputs(0))


def minimum(c: Converter, op: Any) -> relax.Expr:
    """On the integers: all three tensors have one quantisation."""
    return relax.op.minimum(c.integer(op.Inputs(0)), c.integer(op.Inputs(1)))


def maximum(c: Converter, op: Any) -> relax.Expr:
    return relax.op.maximum(c.integer(op.Inputs(0)), c.integer(op.Inputs(1)))


def squared_difference(c: Converter, op: Any) -> relax.Expr:
    difference = relax.op.subtract(c.real(op.Inputs(0)), c.real(op.Inputs(1)))
    return c.to_quantized(relax.op.square(difference), op.Outputs(0))


def divide(c: Converter, op: Any) -> relax.Expr:
    """Not of int8: TFLite Micro shifts small quotients by 32 bits and more, which C leaves undefined."""
    output = op.Outputs(0)
    if c.dtype(output) == "int8":
        raise UnsupportedOperator(
            f"DIV {c.names[output]!r}: of int8 TFLite leaves small quotients undefined; multiply by the "
            "inverse, or divide in float32"
        )
    (result,) = c.in_float(op, "DIV")
    return result


def cast(c: Converter, op: Any) -> relax.Expr:
    """The integers as they are, whatever their quantisation."""
    data, output = op.Inputs(0), op.Outputs(0)
    types = c.dtype(data), c.dtype(output)
    if types[0] not in ("int8", "int16") or types[1] not in ("float32", "int16"):
        raise UnsupportedOperator(
            f"CAST {c.names[output]!r}: from {types[0]} to {types[1]}; of quantised tensors those from int8 "
            "or int16 to float32 or int16 are supported"
        )
    one, zero = relax.const(np.float32(1)), relax.const(0, "int32")
    real = relax.op.dequantize(c.integer(data), one, zero)
    return real if types[1] == "float32" else relax.op.quantize(real, one, zero, out_dtype=types[1])


def l2_normalization(c: Converter, op: Any) -> relax.Expr:
    """Of int8 always in steps of 1/128, whatever the file says of the output."""
    data, output = op.Inputs(0), op.Outputs(0)
    if c.dtype(data) != "int8":
        (result,) = c.in_float(op, "L2_NORMALIZATION")
        return result
    ty = relax.TensorType(c.shape(output), "int8")
    zero_point = c.scale_and_zero_point(data)[1]
    return external.call(external.L2_NORMALIZE_S8, c.integer(data), zero_point, ty=ty)


def comparison(function: Any) -> Conversion:
    """Of int8, as coarse as TFLite compares."""

    def convert(c: Converter, op: Any) -> relax.Expr:
        operands = op.Inputs(0), op.Inputs(1)
        for i in operands:
            if c.dtype(i) != "int8":
                raise UnsupportedOperator(
                    f"{c.code(op)} {c.names[op.Outputs(0)]!r}: of quantised {c.dtype(i)}; supported: of "
                    "int8 and of float32"
                )
        return function(*(c.bb.normalize(_compared(c, i)) for i in operands))

    return convert


def _compared(c: Converter, operand: int) -> relax.Expr:
    """What TFLite compares for an int8 operand: 256 times its real value as an int32, by a table of all."""
    params = c.qparams(operand)
    multiplier, shift = quantize_multiplier(params.scale)
    if shift > 0:
        raise UnsupportedOperator(
            f"{c.names[operand]!r} is compared: its scale is {params.scale:g}; TFLite takes scales below 1"
        )
    shifted = (np.arange(-128, 128) - params.zero_point) << 8
    table = requantize(shifted, multiplier, shift).astype(np.int32)
    if (value := c.value(operand)) is not None:
        return relax.const(table[value.astype(np.int32) + 128])
    index = relax.op.add(relax.op.astype(c.integer(operand), "int32"), relax.const(128, "int32"))
    return relax.op.take(relax.const(table), c.bb.normalize(index), axis=0)


def square(c: Converter, op: Any) -> relax.Expr:
    return c.to_quantized(relax.op.square(c.real(op.Inputs(0))), op.Outputs(0))


def arg_max(c: Converter, op: Any) -> relax.Expr:
    return _arg(relax.op.argmax, c, op)


def arg_min(c: Converter, op: Any) -> relax.Expr:
    return _arg(relax.op.argmin, c, op)


def _arg(function: Any, c: Converter, op: Any) -> relax.Expr:
    """The first of equals, along one axis."""
    output = op.Outputs(0)
    if (axis := c.value(op.Inputs(1))) is None:
        raise UnsupportedOperator(f"{c.code(op)} {c.names[output]!r}: its axis is computed")
    dtype = c.get_tensor_type_str(c.subgraph.Tensors(output).Type())
    found = function(c.integer(op.Inputs(0)), int(axis.item()), False)
    return relax.op.astype(found, dtype) if dtype != "int64" else found


CONVERTERS = {
    "ARG_MAX": arg_max,
    "ARG_MIN": arg_min,
    "CAST": cast,
    "DEQUANTIZE": dequantize,
    "DIV": divide,
    "ELU": elu,
    "EQUAL": comparison(relax.op.equal),
    "GELU": gelu,
    "GREATER": comparison(relax.op.greater),
    "GREATER_EQUAL": comparison(relax.op.greater_equal),
    "HARD_SWISH": hard_swish,
    "L2_NORMALIZATION": l2_normalization,
    "LESS": comparison(relax.op.less),
    "LESS_EQUAL": comparison(relax.op.less_equal),
    "LOGISTIC": logistic,
    "MAXIMUM": maximum,
    "MINIMUM": minimum,
    "NOT_EQUAL": comparison(relax.op.not_equal),
    "PRELU": prelu,
    "QUANTIZE": quantize,
    "RELU": relu,
    "RELU6": relu6,
    "RELU_0_TO_1": relu_0_to_1,
    "RELU_N1_TO_1": relu_n1_to_1,
    "SOFTMAX": softmax,
    "SQUARE": square,
    "SQUARED_DIFFERENCE": squared_difference,
    "TANH": tanh,
}
