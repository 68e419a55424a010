"""TFLite's int8 reductions, resizes, products and transposed convolution, in canonical form."""

from math import prod
from typing import TYPE_CHECKING, Any

from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.kernels.resize_bilinear_s8 import TFLITE

if TYPE_CHECKING:
    from tinycompile.frontend.tflite_converter import Converter


def mean(c: "Converter", op: Any) -> relax.Expr:
    return _reduced(relax.op.mean, c, op)


def total(c: "Converter", op: Any) -> relax.Expr:
    return _reduced(relax.op.sum, c, op)


def _reduced(function: Any, c: "Converter", op: Any) -> relax.Expr:
    output = op.Outputs(0)
    if (axes := c.value(op.Inputs(1))) is None:
        raise UnsupportedOperator(f"{c.code(op)} {c.names[output]!r}: its axes are computed")
    rank = len(c.shape(op.Inputs(0)))
    distinct = sorted({int(axis) % rank for axis in axes.ravel()})
    real = function(c.real(op.Inputs(0)), distinct, c.options(op).KeepDims())
    return c.to_quantized(real, output)


def resize_bilinear(c: "Converter", op: Any) -> relax.Expr:
    """TFLite mixes the integers as they are, so the output has the input's quantisation."""
    data, options = op.Inputs(0), c.options(op)
    coordinates = "align_corners" if options.AlignCorners() else "asymmetric"
    resized = relax.op.image.resize2d(
        c.real(data),
        c.shape(op.Outputs(0))[1:3],
        layout="NHWC",
        method="linear",
        coordinate_transformation_mode="half_pixel" if options.HalfPixelCenters() else coordinates,
        rounding_method=TFLITE,
    )
    return c.to_quantized(resized, op.Outputs(0), like=data)


def resize_nearest(c: "Converter", op: Any) -> relax.Expr:
    options, output = c.options(op), op.Outputs(0)
    modes = {
        (False, False): ("asymmetric", "floor"),
        (True, False): ("align_corners", "round_prefer_ceil"),
        (False, True): ("tf_half_pixel_for_nn", "floor"),
    }
    asked = bool(options.AlignCorners()), bool(options.HalfPixelCenters())
    if asked not in modes:
        name = c.names[output]
        raise UnsupportedOperator(
            f"RESIZE_NEAREST_NEIGHBOR {name!r}: align_corners and half_pixel_centers are both set"
        )
    coordinates, rounding = modes[asked]
    return relax.op.image.resize2d(
        c.integer(op.Inputs(0)),
        c.shape(output)[1:3],
        layout="NHWC",
        method="nearest_neighbor",
        coordinate_transformation_mode=coordinates,
        rounding_method=rounding,
    )


def batch_matmul(c: "Converter", op: Any) -> relax.Expr:
    """A constant right operand that is one matrix makes it a fully connected layer."""
    left, right, options = op.Inputs(0), op.Inputs(1), c.options(op)
    weights = c.value(right)
    if weights is not None and prod(weights.shape[:-2]) == 1:
        matrix = weights.reshape(weights.shape[-2:])
        b = c.dequantized_weights(matrix.T if options.AdjY() else matrix, right, channel_axis=1)
    else:
        b = _operand(c, right, options.AdjY())
    a = _operand(c, left, options.AdjX())
    return c.to_quantized(relax.op.matmul(a, b), op.Outputs(0))


def _operand(c: "Converter", index: int, transposed: bool) -> relax.Expr:
    """Tensor `index` as float, its last two axes swapped if asked for."""
    if not transposed:
        return c.real(index)
    axes = list(range(len(c.shape(index))))
    axes[-2:] = axes[:-3:-1]
    return c.dequantized(relax.op.permute_dims(c.integer(index), axes), index)


def transpose_conv(c: "Converter", op: Any) -> relax.Expr:
    """The file states the output size; padding is that of the convolution from it to the input."""
    weights, data, output, options = op.Inputs(1), op.Inputs(2), op.Outputs(0), c.options(op)
    if (values := c.value(weights)) is None:  # (O, H, W, I)
        raise UnsupportedOperator(f"TRANSPOSE_CONV {c.names[output]!r}: weights are computed")
    strides = options.StrideH(), options.StrideW()
    kernel = values.shape[1:3]
    top, left = c.padding(output, kernel, strides, options.Padding())[:2]
    full = [
        (extent - 1) * s + k
        for extent, s, k in zip(c.shape(data)[1:3], strides, kernel, strict=True)
    ]
    height, width = c.shape(output)[1:3]
    bottom, right = full[0] - top - height, full[1] - left - width
    out = relax.op.nn.conv2d_transpose(
        c.real(data),
        c.dequantized_weights(values, weights, channel_axis=0),
        strides=strides,
        padding=[top, left, max(bottom, 0), max(right, 0)],
        output_padding=[max(-bottom, 0), max(-right, 0)],
        data_layout="NHWC",
        kernel_layout="OHWI",
        out_layout="NHWC",
    )
    bias = op.Inputs(3) if op.InputsLength() > 3 else -1
    out = c.biased(out, data, weights, bias)
    return c.fused(c.to_quantized(out, output), output, options)


CONVERTERS = {
    "BATCH_MATMUL": batch_matmul,
    "MEAN": mean,
    "RESIZE_BILINEAR": resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest,
    "SUM": total,
    "TRANSPOSE_CONV": transpose_conv,
}
