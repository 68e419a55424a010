"""Factors and offsets per channel after a convolution or matmul become part of its weights and bias.

That is all a batch normalisation is at inference. It leaves `add(conv2d(x, weights), bias)`, what an int8
kernel takes as a whole. Of quantised weights the scales change, and the signs of channels with a negative
factor. Differences and quotients of others than products stay where a model is quantised: kernels know them
as written.
"""

from collections import Counter
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.kernel import count_uses
from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, on, shape_of
from tinycompile.rewriting.qdq import Quantization
from tinycompile.rewriting.rewriter import Rewriter

Array = NDArray[Any]
# Operators with constant weights, and the axis of the weights that is the output channel.
WEIGHTED = {"nn.conv2d": 0, "nn.conv2d_transpose": 0, "matmul": -1}


@tvm.transform.module_pass(opt_level=0, name="FoldBatchNorm")
class FoldBatchNorm:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        while True:
            values = [b.value for block in mod["main"].body.blocks for b in block.bindings]
            quantised = any(is_call(v, op) for v in values for op in ("quantize", "dequantize"))
            uses = count_uses([*values, mod["main"].body.body])
            by_name: Counter[str] = Counter()
            for variable, count in uses.items():
                by_name[variable.name] += count
            rewriter = Rewriter(mod, _Fold(by_name, everywhere=not quantised))
            mod = rewriter.run()
            if not rewriter.changed:
                return mod


class _Fold:
    """The rule; an operator that more than one reads stays as it is.

    `uses` are by name: those of what a rewrite leaves in the place of a variable are its own, so that one
    sweep folds all there is. `everywhere` there are no differences and quotients any more.
    """

    def __init__(self, uses: Counter[str], everywhere: bool) -> None:
        self.uses, self.everywhere = uses, everywhere

    def __call__(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        if str(getattr(call.ty, "dtype", "")) != "float32":
            return None
        plain = _without_inverse(call)
        if plain is not None:
            return plain if self.everywhere or _is_product(rewriter, call.args[0]) else None
        found = self._on_constant(rewriter, call)
        if found is None:
            return None
        inner, constant, value = found
        if is_call(call, "multiply"):
            return _scaled(rewriter, inner, value, shape_of(call))
        return _offset(rewriter, inner, constant, value, shape_of(call))

    def _on_constant(
        self, rewriter: Rewriter, call: relax.Call
    ) -> tuple[relax.Call, relax.Expr, Array] | None:
        """The operator that `call` scales or offsets by a constant of one value per channel, or one."""
        if not (is_call(call, "multiply") or is_call(call, "add")):
            return None
        for data, constant in (call.args, call.args[::-1]):
            inner = rewriter.value(data)
            known = isinstance(data, relax.Var) and self.uses[data.name] == 1
            if known and isinstance(constant, GenericConst) and isinstance(inner, relax.Call):
                value = per_channel(constant.value.numpy(), shape_of(call))
                same_shape = shape_of(data) == shape_of(call)
                if value is not None and same_shape and not rewriter.is_output(data):
                    return inner, constant, value
        return None


def per_channel(value: Array, shape: tuple[int, ...]) -> Array | None:
    """`value`, broadcast to one number for each index of the last axis of `shape`; None if it has more."""
    if not shape or value.ndim > len(shape) or value.size not in (1, shape[-1]):
        return None
    if value.size > 1 and value.shape[-1] != shape[-1]:
        return None
    return np.broadcast_to(value.reshape(-1), shape[-1:])


def _without_inverse(call: relax.Call) -> relax.Expr | None:
    """x - c -> x + -c, x / c -> x * 1/c"""
    for op, other, inverse in (
        ("subtract", relax.op.add, np.negative),
        ("divide", relax.op.multiply, np.reciprocal),
    ):
        if is_call(call, op) and isinstance(call.args[1], GenericConst):
            value = call.args[1].value.numpy()
            if op == "divide" and not np.all(value):
                return None
            return other(call.args[0], relax.const(inverse(value)))
    return None


def _is_product(rewriter: Rewriter, expr: relax.Expr) -> bool:
    """Whether `expr` is a product with constant weights, with a bias or without."""
    added = rewriter.call(expr, "add")
    return channel_axis(rewriter, expr if added is None else added.args[0]) is not None


def _scaled(
    rewriter: Rewriter, inner: relax.Call, factor: Array, shape: tuple[int, ...]
) -> relax.Expr | None:
    if channel_axis(rewriter, inner) is not None:
        weights = _scaled_weights(rewriter, inner, factor)
        return None if weights is None else on(inner, inner.args[0], weights)
    if is_call(inner, "add") and _is_product(rewriter, inner.args[0]):
        offset = _bias(rewriter, inner, shape)
        if offset is not None:
            scaled = relax.op.multiply(inner.args[0], relax.const(factor.copy()))
            return relax.op.add(scaled, relax.const(offset * factor))
    return None


def _scaled_weights(rewriter: Rewriter, product: relax.Call, factor: Array) -> relax.Expr | None:
    """The weights of `product` times `factor`; None where int8 has no opposite of -128."""
    axis = channel_axis(rewriter, product)
    found = qdq.dequantized(rewriter, product.args[1])
    constant = product.args[1] if found is None else found[0]
    weights = constant.value.numpy()
    along = [1] * weights.ndim
    along[axis] = -1  # type: ignore[index]
    if found is None:
        return relax.const(weights * factor.reshape(along))
    quantization = found[1]
    signed = weights.astype(np.int32) * np.sign(factor).astype(np.int32).reshape(along)
    if signed.max(initial=0) > quantization.limits[1] or quantization.zero_point.any():
        return None
    scale = np.where(factor == 0, 1, quantization.scale * np.abs(factor)).astype(np.float32)
    scaled = Quantization(scale, np.zeros((), np.int32), axis % weights.ndim, quantization.dtype)
    return scaled.dequantize(relax.const(signed.astype(quantization.dtype)))


def _bias(rewriter: Rewriter, added: relax.Call, shape: tuple[int, ...]) -> Array | None:
    value = qdq.known(rewriter, added.args[1])
    return None if value is None else per_channel(value, shape)


def _offset(
    rewriter: Rewriter,
    inner: relax.Call,
    constant: relax.Expr,
    value: Array,
    shape: tuple[int, ...],
) -> relax.Expr | None:
    """Two biases become one; one becomes a vector."""
    if is_call(inner, "add") and channel_axis(rewriter, inner.args[0]) is not None:
        other = _bias(rewriter, inner, shape)
        if other is not None:
            return relax.op.add(inner.args[0], relax.const(other + value))
    return None


def channel_axis(rewriter: Rewriter, expr: relax.Expr) -> int | None:
    """The output channel's axis of the constant weights of the operator `expr`, if it has such."""
    product = rewriter.value(expr)
    for op, axis in WEIGHTED.items():
        if not is_call(product, op):
            continue
        found = qdq.dequantized(rewriter, product.args[1])
        if not isinstance(product.args[1] if found is None else found[0], GenericConst):
            return None
        if found and found[1].whole is None and found[1].axis != axis % len(shape_of(found[0])):
            return None
        return axis if channels_come_first(product) else None
    return None


def channels_come_first(product: relax.Call) -> bool:
    """Whether weights are as kernels take them, and their output channels where WEIGHTED says."""
    if is_call(product, "matmul"):
        return True
    attrs = product.attrs
    grouped = is_call(product, "nn.conv2d_transpose") and int(attrs.groups) > 1  # one group's
    return (attrs.data_layout, attrs.kernel_layout) == ("NHWC", "OHWI") and not grouped
