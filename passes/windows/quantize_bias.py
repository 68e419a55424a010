"""The bias of a quantised convolution or matmul becomes integers at the scale of the sums it is added to.

Many quantisers leave biases in float, or at a scale of their own. The sums have the scale s_in * s_w, fine
enough that rounding the bias to it changes no output by more than the rounding of that output does. They
are int32, of int16 activations int64. A channel without weights has any scale that its bias needs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import is_call, on
from tinycompile.rewriting.qdq import Quantization, add_integers, dequantized, known
from tinycompile.rewriting.rewriter import Rewriter, rewrite

# What sums products, and the axis of its constant weights that is the output channel.
PRODUCTS = {"nn.conv2d": 0, "nn.conv2d_transpose": 0, "matmul": -1}
CLOSE = 1e-4  # scales that differ by less are the same
AMPLE = 2.0**24  # of a bias, where the scale is free


@tvm.transform.module_pass(opt_level=0, name="QuantizeBias")
class QuantizeBias:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _quantize)


def _quantize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """Only of sums that are quantised: others remain reals."""
    if not is_call(call, "quantize") or (added := rewriter.call(call.args[0], "add")) is None:
        return None
    for product, bias in (added.args, added.args[::-1]):
        sums, real = _sums(rewriter, product), known(rewriter, bias)
        values = _per_channel(real, sums.channels) if sums and real is not None else None
        if sums is None or values is None:
            continue
        if _is_right(dequantized(rewriter, bias), sums):
            in_order = product.same_as(added.args[0])
            return None if in_order else on(call, relax.op.add(product, bias))
        roomy = sums.with_room_for(values)
        integers = roomy.rounded(values)
        if integers is not None:
            product = product if roomy is sums else roomy.call()
            return on(call, add_integers(product, integers, roomy.scales))
    return None


@dataclass(frozen=True)
class _Sums:
    """Sums of products of quantised activations and constant weights, whose channels lie on `axis`."""

    product: relax.Call
    data: Quantization
    weights: NDArray[Any]
    quantization: Quantization  # of the weights
    axis: int

    @property
    def dtype(self) -> str:
        return "int64" if self.data.dtype == "int16" else "int32"

    @property
    def scales(self) -> NDArray[np.float32]:
        """One, or one a channel."""
        return np.asarray(self.data.scale * self.quantization.scale)

    @property
    def channels(self) -> int:
        return int(self.weights.shape[self.axis])

    def with_room_for(self, bias: NDArray[np.float64]) -> "_Sums":
        """The same sums, scaled anew where a channel has no weights and its bias would not fit."""
        scales = np.broadcast_to(self.quantization.scale, bias.shape)
        reals = np.moveaxis(self.quantization.real(self.weights), self.axis, -1)
        empty = ~reals.reshape(-1, len(bias)).any(0)
        change = empty & ~_fits(bias, self.scales, self.dtype)
        if not change.any():
            return self
        needed = np.where(bias == 0, 1.0, np.abs(bias) / (self.data.scale * AMPLE))
        along = [-1 if axis == self.axis % reals.ndim else 1 for axis in range(reals.ndim)]
        return _Sums(
            self.product,
            self.data,
            np.where(change.reshape(along), 0, self.weights).astype(self.weights.dtype),
            Quantization(
                np.where(change, needed, scales).astype(np.float32),
                np.zeros((), np.int32),
                self.axis % reals.ndim,
                self.quantization.dtype,
            ),
            self.axis,
        )

    def rounded(self, bias: NDArray[np.float64]) -> NDArray[Any] | None:
        """The nearest integers of the sums' type; None where one does not fit."""
        fits = _fits(bias, self.scales, self.dtype).all()
        return np.rint(bias / self.scales).astype(self.dtype) if fits else None

    def call(self) -> relax.Call:
        weights = self.quantization.dequantize(relax.const(self.weights))
        return on(self.product, self.product.args[0], weights)


def _sums(rewriter: Rewriter, expr: relax.Expr) -> _Sums | None:
    product = rewriter.value(expr)
    axis = next((PRODUCTS[op] for op in PRODUCTS if is_call(product, op)), None)
    if axis is None:
        return None
    data, weights = (dequantized(rewriter, operand) for operand in product.args)
    if data is None or weights is None or data[1].whole is None:
        return None
    integers, quantization = weights
    if not isinstance(integers, GenericConst):
        return None
    values = integers.value.numpy()
    per_channel = quantization.axis == axis % values.ndim or quantization.whole is not None
    return _Sums(product, data[1], values, quantization, axis) if per_channel else None


def _is_right(found: tuple[relax.Expr, Quantization] | None, sums: _Sums) -> bool:
    """Whether the integers of a bias can be added to the sums as they are."""
    if found is None or found[1].dtype != "int32" or found[1].zero_point.any():
        return False
    integers, quantization = found[0].value.numpy(), found[1]
    if integers.size != sums.channels or integers.shape[-1:] != (sums.channels,):
        return False
    integers = integers.reshape(-1)
    near = np.abs(np.float64(quantization.scale) - sums.scales) <= CLOSE * sums.scales
    return bool(np.all((near & (sums.scales > 0)) | (integers == 0)))


def _per_channel(bias: NDArray[Any], channels: int) -> NDArray[np.float64] | None:
    """`bias` as one value a channel, which lie on the last axis; None where it has another shape."""
    fits = bias.size == 1 or (bias.size == channels and bias.shape[-1] == channels)
    return np.broadcast_to(bias.ravel().astype(np.float64), (channels,)) if fits else None


def _fits(bias: NDArray[np.float64], scales: NDArray[np.float32], dtype: str) -> NDArray[np.bool_]:
    """Which values the integers of `dtype` have room for, in units of `scales`."""
    return (scales > 0) & (np.abs(bias) < scales * np.float64(np.iinfo(dtype).max))
