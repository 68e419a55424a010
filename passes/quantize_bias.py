"""A float bias of a quantised convolution or matmul becomes integers at the scale of the sums it is added to.

Many quantisers leave biases in float. The sums have the scale s_in * s_w, fine enough that rounding the
bias to it changes no output by more than the rounding of that output does. They are int32, of int16
activations int64.
"""

from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.qdq import Quantization, add_integers, dequantized
from tinycompile.passes.rewriter import Rewriter, is_call, rewrite

PRODUCTS = ("nn.conv2d", "nn.conv2d_transpose", "matmul")


@tvm.transform.module_pass(opt_level=0, name="QuantizeBias")
class QuantizeBias:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _quantize)


def _quantize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "add"):
        return None
    for sums, bias in (call.args, reversed(call.args)):
        of_sums = _of_sums(rewriter, sums)
        if of_sums is not None and isinstance(bias, GenericConst) and bias.ty.dtype == "float32":
            values = _per_channel(bias.value.numpy(), int(call.ty.shape[-1]))
            integers = None if values is None else _rounded(values / of_sums.scale, of_sums)
            if integers is not None:
                return add_integers(sums, integers, of_sums.scale)
    return None


def _of_sums(rewriter: Rewriter, sums: relax.Expr) -> Quantization | None:
    """The quantisation of the sums of products that `sums` is, of activations and constant weights."""
    product = rewriter.value(sums)
    if not any(is_call(product, op) for op in PRODUCTS):
        return None
    operands = [dequantized(rewriter, operand) for operand in product.args]
    if None in operands:
        return None
    (_, data), (weights, weight) = operands  # type: ignore[misc]
    if data.whole is None or not isinstance(weights, GenericConst):
        return None
    scales: NDArray[np.float32] = data.scale * weight.scale
    dtype = "int64" if data.dtype == "int16" else "int32"
    return Quantization(scales, np.array(0), 0, dtype) if np.all(scales > 0) else None


def _per_channel(bias: NDArray[Any], channels: int) -> NDArray[np.float64] | None:
    """`bias` as one value a channel, which lie on the last axis; None where it has another shape."""
    fits = bias.size == 1 or (bias.size == channels and bias.shape[-1] == channels)
    return np.broadcast_to(bias.ravel().astype(np.float64), (channels,)) if fits else None


def _rounded(values: NDArray[np.float64], of_sums: Quantization) -> NDArray[Any] | None:
    """The nearest integers of the sums' type; None where one does not fit."""
    whole = np.rint(values)
    fits = np.abs(whole).max(initial=0) < of_sums.limits[1]
    return whole.astype(of_sums.dtype) if fits else None
