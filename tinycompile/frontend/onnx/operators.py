"""Our converters of ONNX operators that TVM imports as call_tir, in pieces, or wrongly.

Each takes an `Operation` (opset 13 or later, static shapes) and returns a Relax expression of plain
operators: what the passes match on. Operators that are not in CONVERTERS are TVM's.
"""

from functools import reduce
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.movement import MOVEMENTS
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.frontend.onnx.windows import (
    WINDOWED,
    pool_attributes,
    resolved_pads,
    transpose_pads,
)
from tinycompile.rewriting.expressions import constant


def _quantize(o: Operation) -> relax.Expr:
    element = o.attributes.get("output_dtype", 0) or TensorProto.UINT8
    scale, zero_point = _quantization(o, str(helper.tensor_dtype_to_np_dtype(element)))
    out = zero_point.ty.dtype.dtype
    return relax.op.quantize(o.input(0), scale, zero_point, _quantized_axis(o), out)


def _dequantize(o: Operation) -> relax.Expr:
    scale, zero_point = _quantization(o, o.input(0).ty.dtype.dtype)
    return relax.op.dequantize(o.input(0), scale, zero_point, _quantized_axis(o), "float32")


def _quantization(o: Operation, zero_point_type: str) -> tuple[relax.Expr, relax.Expr]:
    """Scale and zero point; those of a whole tensor as scalars, however the file has them."""
    scale = o.constant(1, "the scale")
    zero_point = (
        np.zeros(scale.shape, zero_point_type)
        if o.input(2) is None
        else o.constant(2, "the zero point")
    )
    if scale.size == 1:
        if zero_point.size != 1:
            raise UnsupportedOperator(f"it has {zero_point.size} zero points for one scale")
        scale, zero_point = scale.reshape(()), zero_point.reshape(())
    return relax.const(scale), relax.const(zero_point)


def _quantized_axis(o: Operation) -> int:
    rank = len(o.shape())
    return 0 if rank < 2 else o.axis(o.attributes.get("axis", 1), rank)


def _conv(o: Operation) -> relax.Expr:
    spatial = len(o.shape()) - 2
    operator, data_layout, kernel_layout = WINDOWED["Conv"][spatial]
    attributes = resolved_pads(o.attributes, o.shape()[2:], o.shape(1)[2:])
    result = operator(
        o.input(0),
        o.input(1),
        strides=attributes["strides"],
        padding=attributes["pads"],
        dilation=attributes["dilations"],
        groups=attributes.get("group", 1),
        data_layout=data_layout,
        kernel_layout=kernel_layout,
    )
    return _biased(o, result, spatial)


def _conv_transpose(o: Operation) -> relax.Expr:
    spatial = len(o.shape()) - 2
    operator, data_layout, kernel_layout = WINDOWED["ConvTranspose"][spatial]
    attributes = transpose_pads(o.attributes, o.shape()[2:], o.shape(1)[2:])
    result = operator(
        o.input(0),
        o.input(1),
        strides=attributes["strides"],
        padding=attributes["pads"],
        output_padding=attributes["output_padding"],
        dilation=attributes["dilations"],
        groups=attributes.get("group", 1),
        data_layout=data_layout,
        kernel_layout=kernel_layout,
    )
    return _biased(o, result, spatial)


def _biased(o: Operation, result: relax.Expr, spatial: int) -> relax.Expr:
    if o.input(2) is None:
        return result
    if len(o.shape(2)) != 1:
        raise UnsupportedOperator(f"its bias has {len(o.shape(2))} dimensions instead of 1")
    bias = o.reshaped(o.input(2), (1, *o.shape(2), *[1] * spatial), channel_axis=1)
    return relax.op.add(result, bias)


def _pool(kind: str) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        if o.output_count() > 1:
            raise UnsupportedOperator(
                "the indices of the maxima are asked for; only the maxima are computed"
            )
        operator, layout, _ = WINDOWED[kind][len(o.shape()) - 2]
        more = pool_attributes(o.attributes)
        if kind == "AveragePool":
            more["count_include_pad"] = bool(o.attributes.get("count_include_pad", 0))
        return operator(o.input(0), layout=layout, **more)

    return convert


def _global_pool(operator: Any) -> Converter:
    return lambda o: operator(o.input(0), list(range(2, len(o.shape()))), True)


def _gemm(o: Operation) -> relax.Expr:
    """alpha * A @ B + beta * C, with constant weights stored as (K, N)."""
    a, b, c = o.input(0), o.input(1), o.input(2)
    if o.attributes.get("transA", 0):
        a = relax.op.permute_dims(a, [1, 0])
    if o.attributes.get("transB", 0):
        b = _transposed(o, b)
    result = _scaled(relax.op.matmul(a, b), o.attributes.get("alpha", 1.0))
    if c is None:
        return result
    return relax.op.add(result, _scaled(c, o.attributes.get("beta", 1.0)))


def _transposed(o: Operation, matrix: Any) -> relax.Expr:
    if isinstance(matrix, GenericConst):
        return constant(matrix.value.numpy().T)
    call = o.dequantized(matrix)
    if call is None:
        return relax.op.permute_dims(matrix, [1, 0])
    data, scale, zero_point = call.args
    moved = constant(data.value.numpy().T)
    return relax.op.dequantize(moved, scale, zero_point, 1 - int(call.attrs.axis), "float32")


def _scaled(expression: relax.Expr, factor: float) -> relax.Expr:
    if factor == 1.0:
        return expression
    if isinstance(expression, GenericConst):
        return relax.const(expression.value.numpy() * np.float32(factor))
    return relax.op.multiply(expression, relax.const(factor, "float32"))


def _clip(o: Operation) -> relax.Expr:
    low = o.number(1, "the lower bound") if o.input(1) is not None else None
    high = o.number(2, "the upper bound") if o.input(2) is not None else None
    x, dtype = o.input(0), o.input(0).ty.dtype.dtype
    if low is None and high is None:
        return x
    if high is None:
        if low == 0.0 and dtype == "float32":
            return relax.op.nn.relu(x)
        return relax.op.maximum(x, relax.const(low, dtype))
    if low is None:
        return relax.op.minimum(x, relax.const(high, dtype))
    return relax.op.clip(x, min(low, high), high)  # where they cross, the upper one counts


def _batch_norm(o: Operation) -> relax.Expr:
    """x * factor + offset: the statistics are constants, so this is all that is left of it."""
    if o.output_count() > 1 or o.attributes.get("training_mode", 0):
        raise UnsupportedOperator("it is in training mode; export the model for inference")
    names = ("scale", "bias", "mean", "variance")
    scale, bias, mean, variance = (
        o.constant(i, f"the {name}").astype(np.float64) for i, name in enumerate(names, 1)
    )
    if not scale.shape == bias.shape == mean.shape == variance.shape:
        raise UnsupportedOperator(f"its {', '.join(names)} are not of one shape")
    # What has no root is NaN in the layer, too.
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = scale / np.sqrt(variance + o.attributes.get("epsilon", 1e-5))
    shape = (1, -1, *[1] * (len(o.shape()) - 2))
    factors, offsets = (
        relax.const(v.reshape(shape).astype(np.float32)) for v in (factor, bias - mean * factor)
    )
    return relax.op.add(relax.op.multiply(o.input(0), factors), offsets)


def _prelu(o: Operation) -> relax.Expr:
    """A slope per channel is nn.prelu, one for all is leakyrelu; any other, plain arithmetic."""
    x, slope, shape = o.input(0), o.input(1), o.shape()
    slopes = (1,) * (len(shape) - len(o.shape(1))) + o.shape(1)
    axes = [axis for axis, size in enumerate(slopes) if size > 1]
    value = o.value(slope)
    if not axes and value is not None:
        return relax.op.nn.leakyrelu(x, value.item())
    if len(axes) == 1:
        return relax.op.nn.prelu(x, o.reshaped(slope, (slopes[axes[0]],), channel_axis=0), axes[0])
    zero = relax.const(0, "float32")
    negative = relax.op.multiply(relax.op.minimum(x, zero), slope)
    return relax.op.add(relax.op.maximum(x, zero), negative)


def _softplus(o: Operation) -> relax.Expr:
    return relax.op.nn.softplus(o.input(0))


def _variadic(operator: Any) -> Converter:
    return lambda o: reduce(lambda a, b: o.builder.normalize(operator(a, b)), o.inputs)


def _mean(o: Operation) -> relax.Expr:
    return _scaled(_variadic(relax.op.add)(o), 1.0 / len(o.inputs))


def _reduce(operator: Any) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        axes = o.attributes.get("axes")
        if o.input(1) is not None:
            axes = o.listed(1, "the list of axes")
        if not axes and o.attributes.get("noop_with_empty_axes", 0):
            return o.input(0)
        rank = len(o.shape())
        axes = sorted(o.axis(axis, rank) for axis in axes) if axes else list(range(rank))
        return operator(o.input(0), axes, bool(o.attributes.get("keepdims", 1)))

    return convert


def _position(operator: Any) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        if o.attributes.get("select_last_index", 0):
            raise UnsupportedOperator(
                "the last of equal values is asked for; only the first is found"
            )
        axis = o.axis(o.attributes.get("axis", 0), len(o.shape()))
        return operator(o.input(0), axis, bool(o.attributes.get("keepdims", 1)))

    return convert


CONVERTERS: dict[str, Converter] = MOVEMENTS | {
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _pool("MaxPool"),
    "AveragePool": _pool("AveragePool"),
    "GlobalAveragePool": _global_pool(relax.op.mean),
    "GlobalMaxPool": _global_pool(relax.op.max),
    "Gemm": _gemm,
    "Clip": _clip,
    "BatchNormalization": _batch_norm,
    "PRelu": _prelu,
    "Softplus": _softplus,
    "Sum": _variadic(relax.op.add),
    "Max": _variadic(relax.op.maximum),
    "Min": _variadic(relax.op.minimum),
    "Mean": _mean,
    "ReduceMean": _reduce(relax.op.mean),
    "ReduceSum": _reduce(relax.op.sum),
    "ReduceMax": _reduce(relax.op.max),
    "ReduceMin": _reduce(relax.op.min),
    "ArgMax": _position(relax.op.argmax),
    "ArgMin": _position(relax.op.argmin),
}
