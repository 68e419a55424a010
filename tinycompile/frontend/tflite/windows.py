"""TFLite's int8 pools, reductions and resizes, in canonical form; the padding of windows."""

from typing import Any

import tflite
from tvm import relax
from tvm.relax.frontend.tflite import tflite_frontend as tvm_tflite

from tinycompile.errors import UnsupportedOperator
from tinycompile.external import TFLITE_ROUNDING
from tinycompile.frontend.tflite.converter import Converter


def mean(c: Converter, op: Any) -> relax.Expr:
    return _reduced(relax.op.mean, c, op)


def total(c: Converter, op: Any) -> relax.Expr:
    return _reduced(relax.op.sum, c, op)


def _reduced(function: Any, c: Converter, op: Any) -> relax.Expr:
    output = op.Outputs(0)
    if (axes := c.value(op.Inputs(1))) is None:
        raise UnsupportedOperator(f"{c.code(op)} {c.names[output]!r}: its axes are computed")
    real = c.real(op.Inputs(0))
    if rank := len(c.shape(op.Inputs(0))):  # of a scalar nothing is left to reduce
        distinct = sorted({int(axis) % rank for axis in axes.ravel()})
        real = function(real, distinct, c.options(op).KeepDims())
    return c.to_quantized(real, output)


def resize_bilinear(c: Converter, op: Any) -> relax.Expr:
    """TFLite mixes the integers as they are, so the output has the input's quantisation."""
    data, options = op.Inputs(0), c.options(op)
    coordinates = "align_corners" if options.AlignCorners() else "asymmetric"
    resized = relax.op.image.resize2d(
        c.real(data),
        c.shape(op.Outputs(0))[1:3],
        layout="NHWC",
        method="linear",
        coordinate_transformation_mode="half_pixel" if options.HalfPixelCenters() else coordinates,
        rounding_method=TFLITE_ROUNDING,
    )
    return c.to_quantized(resized, op.Outputs(0), like=data)


def resize_nearest(c: Converter, op: Any) -> relax.Expr:
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


def padding(c: Converter, data: int, kernel: Any, strides: Any, mode: int) -> list[int]:
    """[top, left, bottom, right] of a window of `kernel` pixels, dilation included."""
    if mode == tflite.Padding.VALID:
        return [0, 0, 0, 0]
    h, w = c.shape(data)[1:3]
    (top, bottom), (left, right) = (
        tvm_tflite.get_pad_value(extent, k, s)
        for extent, k, s in zip((h, w), kernel, strides, strict=True)
    )
    return [top, left, bottom, right]


def _pool_arguments(c: Converter, op: Any, options: Any) -> dict[str, Any]:
    size = options.FilterHeight(), options.FilterWidth()
    strides = options.StrideH(), options.StrideW()
    return {
        "pool_size": size,
        "strides": strides,
        "padding": padding(c, op.Inputs(0), size, strides, options.Padding()),
        "layout": "NHWC",
    }


def avg_pool2d(c: Converter, op: Any) -> relax.Expr:
    """TFLite averages the integers as they are, so the output has the input's quantisation."""
    data, output, options = op.Inputs(0), op.Outputs(0), c.options(op)
    out = relax.op.nn.avg_pool2d(
        c.real(data), count_include_pad=False, **_pool_arguments(c, op, options)
    )
    return c.fused(c.to_quantized(out, output, like=data), output, options)


def max_pool2d(c: Converter, op: Any) -> relax.Expr:
    options = c.options(op)
    out = relax.op.nn.max_pool2d(c.integer(op.Inputs(0)), **_pool_arguments(c, op, options))
    return c.fused(out, op.Outputs(0), options)


CONVERTERS = {
    "AVERAGE_POOL_2D": avg_pool2d,
    "MAX_POOL_2D": max_pool2d,
    "MEAN": mean,
    "RESIZE_BILINEAR": resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest,
    "SUM": total,
}
