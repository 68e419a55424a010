"""Factors and offsets per channel after a convolution or matmul become part of its weights and bias.

That is all a batch normalisation is at inference. It leaves `add(conv2d(x, weights), bias)`, what an int8
kernel takes as a whole. Models that are quantised already stay as they are: their kernels know the operators
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
from tinycompile.passes.rewriter import Rewriter, is_call, on, shape_of

Array = NDArray[Any]
# Operators with constant weights, and the axis of the weights that is the output channel.
WEIGHTED = {"nn.conv2d": 0, "nn.conv2d_transpose": 0, "matmul": -1}


@tvm.transform.module_pass(opt_level=0, name="FoldBatchNorm")
class FoldBatchNorm:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        while True:
            values = [b.value for block in mod["main"].body.blocks for b in block.bindings]
            if any(is_call(value, op) for value in values for op in ("quantize", "dequantize")):
                return mod
            uses = count_uses([*values, mod["main"].body.body])
            by_name: Counter[str] = Counter()
            for variable, count in uses.items():
                by_name[variable.name] += count
            rewriter = Rewriter(mod, _Fold(by_name))
            mod = rewriter.run()
            if not rewriter.changed:
                return mod


class _Fold:
    """The rule; an operator that more than one reads stays as it is.

    `uses` are by name: those of what a rewrite leaves in the place of a variable are its own, so that one
    sweep folds all there is.
    """

    def __init__(self, uses: Counter[str]) -> None:
        self.uses = uses

    def __call__(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        if str(getattr(call.ty, "dtype", "")) != "float32":
            return None
        plain = _without_inverse(call)
        if plain is not None:
            return plain
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
    if value.ndim > len(shape) or value.size not in (1, shape[-1]):
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


def _scaled(
    rewriter: Rewriter, inner: relax.Call, factor: Array, shape: tuple[int, ...]
) -> relax.Expr | None:
    axis = channel_axis(inner)
    if axis is not None:
        weights = inner.args[1].value.numpy()
        along = [1] * weights.ndim
        along[axis] = -1
        return on(inner, inner.args[0], relax.const(weights * factor.reshape(along)))
    if is_call(inner, "add"):
        bias = inner.args[1]
        data = rewriter.value(inner.args[0])
        if isinstance(bias, GenericConst) and channel_axis(data) is not None:
            offset = per_channel(bias.value.numpy(), shape)
            if offset is not None:
                scaled = relax.op.multiply(inner.args[0], relax.const(factor.copy()))
                return relax.op.add(scaled, relax.const(offset * factor))
    return None


def _offset(
    rewriter: Rewriter,
    inner: relax.Call,
    constant: relax.Expr,
    value: Array,
    shape: tuple[int, ...],
) -> relax.Expr | None:
    """Two biases become one; one becomes a vector."""
    if is_call(inner, "add") and isinstance(inner.args[1], GenericConst):
        other = per_channel(inner.args[1].value.numpy(), shape)
        if other is not None and channel_axis(rewriter.value(inner.args[0])) is not None:
            return relax.op.add(inner.args[0], relax.const(other + value))
    return None


def channel_axis(value: Any) -> int | None:
    """The output channel's axis of the constant weights of the operator `value`, if it has such."""
    for op, axis in WEIGHTED.items():
        if is_call(value, op) and isinstance(value.args[1], GenericConst):
            canonical = op == "matmul" or (value.attrs.data_layout, value.attrs.kernel_layout) == (
                "NHWC",
                "OHWI",
            )
            return axis if canonical else None
    return None
