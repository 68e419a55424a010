"""Our converters of ONNX's element-wise operators, quantisation among them."""

from functools import reduce
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.frontend.onnx.products import scaled


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


def _clip(o: Operation) -> relax.Expr:
    x, dtype = o.input(0), o.input(0).ty.dtype.dtype
    bounds = [o.input(index) for index in (1, 2)]
    if any(bound is not None and o.value(bound) is None for bound in bounds):
        return _clip_between(o, *bounds)
    low = o.number(1, "the lower bound") if bounds[0] is not None else None
    high = o.number(2, "the upper bound") if bounds[1] is not None else None
    if low is None and high is None:
        return x
    if high is None:
        if low == 0.0 and dtype == "float32":
            return relax.op.nn.relu(x)
        return relax.op.maximum(x, relax.const(low, dtype))
    if low is None:
        return relax.op.minimum(x, relax.const(high, dtype))
    return relax.op.clip(x, min(low, high), high)  # where they cross, the upper one counts


def _clip_between(o: Operation, low: Any, high: Any) -> relax.Expr:
    """Between bounds that are computed."""
    result = o.input(0)
    if low is not None:
        result = o.builder.normalize(relax.op.maximum(result, low))
    return result if high is None else relax.op.minimum(result, high)


def _batch_norm(o: Operation) -> relax.Expr:
    """x * factor + offset: the statistics are constants, so this is all that is left of it."""
    if o.output_count() > 1 or o.attributes.get("training_mode", 0):
        raise UnsupportedOperator("it is in training mode; export the model for inference")
    names = ("scale", "bias", "mean", "variance")
    if any(o.value(o.input(index)) is None for index in range(1, 5)):
        return _normalized_by(o)
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


def _normalized_by(o: Operation) -> relax.Expr:
    """The same with statistics that are computed."""
    shape = (1, -1, *[1] * (len(o.shape()) - 2))
    scale, bias, mean, variance = (relax.op.reshape(o.input(i), shape) for i in range(1, 5))
    epsilon = relax.const(np.float32(o.attributes.get("epsilon", 1e-5)))
    factor = relax.op.divide(scale, relax.op.sqrt(relax.op.add(variance, epsilon)))
    centred = relax.op.subtract(o.input(0), mean)
    return relax.op.add(relax.op.multiply(centred, factor), bias)


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
    return scaled(_variadic(relax.op.add)(o), 1.0 / len(o.inputs))


CONVERTERS: dict[str, Converter] = {
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
    "Clip": _clip,
    "BatchNormalization": _batch_norm,
    "PRelu": _prelu,
    "Softplus": _softplus,
    "Sum": _variadic(relax.op.add),
    "Max": _variadic(relax.op.maximum),
    "Min": _variadic(relax.op.minimum),
    "Mean": _mean,
}
