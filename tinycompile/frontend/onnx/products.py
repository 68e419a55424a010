"""Our converters of ONNX's convolutions, of Gemm and of Einsum."""

from typing import Any

import numpy as np
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.frontend.onnx.windows import resolved_pads, transpose_pads
from tinycompile.rewriting.expressions import constant

nn = relax.op.nn
# Number of spatial dimensions -> Relax operator, layouts of data and kernel
CONVOLUTIONS = {
    1: (nn.conv1d, "NCW", "OIW"),
    2: (nn.conv2d, "NCHW", "OIHW"),
    3: (nn.conv3d, "NCDHW", "OIDHW"),
}
TRANSPOSED = {
    1: (nn.conv1d_transpose, "NCW", "IOW"),
    2: (nn.conv2d_transpose, "NCHW", "IOHW"),
    3: (nn.conv3d_transpose, "NCDHW", "IODHW"),
}


def _conv(o: Operation) -> relax.Expr:
    operator, data_layout, kernel_layout = o.by_dimensions(CONVOLUTIONS)
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
    return _biased(o, result)


def _conv_transpose(o: Operation) -> relax.Expr:
    operator, data_layout, kernel_layout = o.by_dimensions(TRANSPOSED)
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
    return _biased(o, result)


def _biased(o: Operation, result: relax.Expr) -> relax.Expr:
    if o.input(2) is None:
        return result
    if len(o.shape(2)) != 1:
        raise UnsupportedOperator(f"its bias has {len(o.shape(2))} dimensions instead of 1")
    bias = o.reshaped(o.input(2), (1, *o.shape(2), *[1] * (len(o.shape()) - 2)), channel_axis=1)
    return relax.op.add(result, bias)


def _gemm(o: Operation) -> relax.Expr:
    """alpha * A @ B + beta * C, with constant weights stored as (K, N)."""
    a, b, c = o.input(0), o.input(1), o.input(2)
    if o.attributes.get("transA", 0):
        a = relax.op.permute_dims(a, [1, 0])
    if o.attributes.get("transB", 0):
        b = _transposed(o, b)
    result = scaled(relax.op.matmul(a, b), o.attributes.get("alpha", 1.0))
    if c is None:
        return result
    return relax.op.add(result, scaled(c, o.attributes.get("beta", 1.0)))


def _transposed(o: Operation, matrix: Any) -> relax.Expr:
    if isinstance(matrix, GenericConst):
        return constant(matrix.value.numpy().T)
    call = o.dequantized(matrix)
    if call is None:
        return relax.op.permute_dims(matrix, [1, 0])
    data, scale, zero_point = call.args
    moved = constant(data.value.numpy().T)
    return relax.op.dequantize(moved, scale, zero_point, 1 - int(call.attrs.axis), "float32")


def scaled(expression: relax.Expr, factor: float) -> relax.Expr:
    if factor == 1.0:
        return expression
    if isinstance(expression, GenericConst):
        return relax.const(expression.value.numpy() * np.float32(factor))
    return relax.op.multiply(expression, relax.const(factor, "float32"))


def _einsum(o: Operation) -> relax.Expr:
    return relax.op.einsum(o.inputs, str(o.attributes["equation"]).replace(" ", ""))


CONVERTERS: dict[str, Converter] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Einsum": _einsum,
    "Gemm": _gemm,
}
