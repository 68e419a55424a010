"""TFLite's quantised convolutions and matrix products, with their weights and biases, in canonical form."""

from math import prod
from typing import Any

import numpy as np
import tflite
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.windows import padding
from tinycompile.rewriting.expressions import constant
from tinycompile.rewriting.qdq import add_integers


def conv2d(
    c: Converter, op: Any, image: relax.Expr | None = None, block: tuple[int, int] = (1, 1)
) -> relax.Expr:
    """With `block`, of an `image` of whose pixels the images of the input have every block-th."""
    return _convolution(c, op, c.value(op.Inputs(1)), None, image, block)


def depthwise_conv2d(
    c: Converter, op: Any, image: relax.Expr | None = None, block: tuple[int, int] = (1, 1)
) -> relax.Expr:
    """As a grouped convolution: weights (1, H, W, C * multiplier) become (C * multiplier, H, W, 1)."""
    weights = c.value(op.Inputs(1))
    if weights is not None:
        weights = np.transpose(weights, (3, 1, 2, 0))
    return _convolution(c, op, weights, c.shape(op.Inputs(0))[3], image, block)


def _convolution(
    c: Converter,
    op: Any,
    weights: Any,
    groups: int | None,
    image: relax.Expr | None,
    block: tuple[int, int],
) -> relax.Expr:
    """conv2d of NHWC activations and OHWI weights."""
    data, output, options = op.Inputs(0), op.Outputs(0), c.options(op)
    if weights is None:
        raise UnsupportedOperator(f"{c.code(op)} {c.names[output]!r}: weights are computed")
    strides = options.StrideH(), options.StrideW()
    taps = options.DilationHFactor(), options.DilationWFactor()
    kernel = tuple((k - 1) * d + 1 for k, d in zip(weights.shape[1:3], taps, strict=True))
    pads = padding(c, data, kernel, strides, options.Padding())
    out = relax.op.nn.conv2d(
        c.dequantized(c.integer(data) if image is None else image, data),
        dequantized_weights(c, weights, op.Inputs(1), channel_axis=0),
        strides=strides,
        padding=[width * b for width, b in zip(pads, (*block, *block), strict=True)],
        dilation=[d * b for d, b in zip(taps, block, strict=True)],
        groups=groups or c.shape(data)[3] // weights.shape[3],
        data_layout="NHWC",
        kernel_layout="OHWI",
        out_layout="NHWC",
    )
    out = _add_bias(c, out, op)
    return c.fused(c.to_quantized(out, output), output, options)


def fully_connected(c: Converter, op: Any) -> relax.Expr:
    """matmul with constant weights (K, N); the input is flattened where its rows are not K long."""
    data, output, options = op.Inputs(0), op.Outputs(0), c.options(op)
    if (weights := c.value(op.Inputs(1))) is None:
        raise UnsupportedOperator(f"FULLY_CONNECTED {c.names[output]!r}: weights are computed")
    weights = np.ascontiguousarray(weights.T)  # (K, N)
    real = c.dequantized(in_rows(c, op), data)
    out = relax.op.matmul(
        real, dequantized_weights(c, weights, op.Inputs(1), channel_axis=1, offset=True)
    )
    out = _add_bias(c, out, op)
    return c.fused(c.to_quantized(out, output), output, options)


def fully_connected_in_float(c: Converter, op: Any) -> list[relax.Expr]:
    """TVM's, which does not flatten its input."""
    c.refuse_variables(op, "FULLY_CONNECTED")
    return c.by_tvm(op, "FULLY_CONNECTED", {op.Inputs(0): c.bb.normalize(in_rows(c, op))})


def in_rows(c: Converter, op: Any) -> relax.Expr:
    """The input of a fully connected layer, in rows as long as the weights'."""
    data, weights = op.Inputs(0), op.Inputs(1)
    rows = (*c.shape(op.Outputs(0))[:-1], c.shape(weights)[1])
    value = c.integer(data)
    return value if c.shape(data) == rows else relax.op.reshape(value, rows)


def batch_matmul(c: Converter, op: Any) -> relax.Expr:
    """A constant right operand that is one matrix makes it a fully connected layer."""
    left, right, options = op.Inputs(0), op.Inputs(1), c.options(op)
    weights = c.value(right)
    if weights is not None and prod(weights.shape[:-2]) == 1:
        matrix = weights.reshape(weights.shape[-2:])
        b = dequantized_weights(
            c, matrix.T if options.AdjY() else matrix, right, channel_axis=1, offset=True
        )
    else:
        b = _operand(c, right, options.AdjY())
    a = _operand(c, left, options.AdjX())
    return c.to_quantized(relax.op.matmul(a, b), op.Outputs(0))


def _operand(c: Converter, index: int, transposed: bool) -> relax.Expr:
    """Tensor `index` as float, its last two axes swapped if asked for."""
    if not transposed:
        return c.real(index)
    axes = list(range(len(c.shape(index))))
    axes[-2:] = axes[:-3:-1]
    return c.dequantized(relax.op.permute_dims(c.integer(index), axes), index)


def transpose_conv(c: Converter, op: Any) -> relax.Expr:
    """The file states the output size; padding is that of the convolution from it to the input."""
    weights, data, output, options = op.Inputs(1), op.Inputs(2), op.Outputs(0), c.options(op)
    if (values := c.value(weights)) is None:  # (O, H, W, I)
        raise UnsupportedOperator(f"TRANSPOSE_CONV {c.names[output]!r}: weights are computed")
    strides = options.StrideH(), options.StrideW()
    kernel = values.shape[1:3]
    top, left = padding(c, output, kernel, strides, options.Padding())[:2]
    full = [
        (extent - 1) * s + k
        for extent, s, k in zip(c.shape(data)[1:3], strides, kernel, strict=True)
    ]
    height, width = c.shape(output)[1:3]
    bottom, right = full[0] - top - height, full[1] - left - width
    out = relax.op.nn.conv2d_transpose(
        c.real(data),
        dequantized_weights(c, values, weights, channel_axis=0),
        strides=strides,
        padding=[top, left, max(bottom, 0), max(right, 0)],
        output_padding=[max(-bottom, 0), max(-right, 0)],
        data_layout="NHWC",
        kernel_layout="OHWI",
        out_layout="NHWC",
    )
    bias = op.Inputs(3) if op.InputsLength() > 3 else -1
    out = biased(c, out, data, weights, bias, wide=True)
    return c.fused(c.to_quantized(out, output), output, options)


def dequantized_weights(
    c: Converter, values: Any, index: int, channel_axis: int, *, offset: bool = False
) -> relax.Expr:
    """`values`, rearranged from the constant `index` so that channels lie on `channel_axis`.

    TFLite takes a zero point of weights into account where they have one scale and `offset` says so, and
    nowhere else.
    """
    scales = weight_scales(c, index)
    whole = scales.size == 1
    zero_point = relax.const(c.qparams(index).zero_point if whole and offset else 0, "int32")
    scale = relax.const(scales.reshape(()) if whole else scales)
    values = constant(values)
    return relax.op.dequantize(values, scale, zero_point, axis=channel_axis)


def weight_scales(c: Converter, index: int) -> np.ndarray:
    quantization = c.subgraph.Tensors(int(index)).Quantization()
    if quantization is None or quantization.ScaleLength() == 0:
        raise UnsupportedOperator(f"weights {c.names[int(index)]!r} are not quantised")
    return np.asarray(quantization.ScaleAsNumpy())


def _add_bias(c: Converter, sums: relax.Expr, op: Any) -> relax.Expr:
    data, weights = op.Inputs(0), op.Inputs(1)
    bias = op.Inputs(2) if op.InputsLength() > 2 else -1
    if bias < 0 and c.dtype(data) == "int16" and _sums_are_int32(c.options(op)):
        zeros = np.zeros(c.shape(op.Outputs(0))[-1], np.int32)
        return _with_integers(c, sums, data, weights, zeros)
    return biased(c, sums, data, weights, bias, wide=c.code(op) == "DEPTHWISE_CONV_2D")


def _sums_are_int32(options: Any) -> bool:
    """Whether int16 products without a bias are summed as with an int32 one, not an int64 one."""
    asked = hasattr(options, "QuantizedBiasType")
    return asked and options.QuantizedBiasType() == tflite.TensorType.INT32


def biased(
    c: Converter, sums: relax.Expr, data: int, weights: int, bias: int, wide: bool = False
) -> relax.Expr:
    """TFLite adds the integer bias to the accumulators whatever scale the file gives it.

    With int16 activations its type is that of the accumulators, but for operators that only have `wide` ones.
    """
    if bias < 0:
        return sums
    if (integers := c.value(bias)) is None:
        raise UnsupportedOperator(f"bias {c.names[bias]!r} is computed")
    if c.dtype(data) == "int16" and wide:
        integers = integers.astype(np.int64)
    return _with_integers(c, sums, data, weights, integers.ravel())


def _with_integers(
    c: Converter, sums: relax.Expr, data: int, weights: int, integers: np.ndarray
) -> relax.Expr:
    scales = np.float32(c.qparams(data).scale) * weight_scales(c, weights)
    return add_integers(sums, integers, scales if scales.size > 1 else scales.reshape(()))


CONVERTERS = {
    "CONV_2D": conv2d,
    "DEPTHWISE_CONV_2D": depthwise_conv2d,
    "FULLY_CONNECTED": fully_connected,
    "TRANSPOSE_CONV": transpose_conv,
    "BATCH_MATMUL": batch_matmul,
}
IN_FLOAT = {"FULLY_CONNECTED": fully_connected_in_float}
