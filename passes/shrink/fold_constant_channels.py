"""What an input channel that always has one value adds to the sums of a product goes into the bias.

Its weights become 0, so that nothing reads it any more. At a padded border some taps see no channel at all:
a weight is folded only where what it adds is the same at every place. A channel of the product's own output
that always has one value needs no weights either: its bias alone makes the value.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile.kernel import Kernel
from tinycompile.rewriting.expressions import constant, is_call, on
from tinycompile.rewriting.qdq import Quantization, add_integers
from tinycompile.rewriting.rewriter import Rewriter, rewrite
from tinycompile.shrinking.products import Product
from tinycompile.shrinking.ranges import Range, Ranges

Ints = NDArray[np.int64]


@tvm.transform.module_pass(opt_level=0, name="FoldConstantChannels")
class FoldConstantChannels:
    """What is constant is computed as the `kernels` do."""

    def __init__(self, kernels: list[Kernel]) -> None:
        self.kernels = kernels

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        ranges = Ranges(mod, self.kernels)
        folded = {}
        for var, product in ranges.products.items():
            new = _folded(product, ranges.of[product.match["input"]], ranges.of[var])
            if new is not None:
                folded[product.match["output.quantize"]] = new
        quantized = {var: folded[v] for var, v in ranges.bindings.values.items() if v in folded}

        def rule(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
            new = quantized.pop(var, None)
            return None if new is None else new.instead(rewriter, call)

        return rewrite(mod, rule) if quantized else mod


@dataclass(frozen=True)
class _Folded:
    """A product with other weights, (O, taps, inputs) with their zero point taken off, and biases."""

    product: Product
    weights: Ints
    bias: Ints

    def instead(self, rewriter: Rewriter, quantize: relax.Call) -> relax.Call:
        """For the call that quantises the sums."""
        match = self.product.match
        part = "conv" if self.product.is_conv else "matmul"
        call = quantize.args[0]
        while not (is_call(call, "nn.conv2d") or is_call(call, "matmul")):
            value = rewriter.value(call)
            call = value.args[0] if is_call(value, "add") else value
        old = match.array("weights")
        zero_points = match.array("weights.zero_point")
        matrix = self.weights.reshape(len(self.weights), -1) + zero_points.reshape(-1, 1)
        arranged = matrix.T if old.ndim == 2 else matrix.reshape(old.shape)
        integers = arranged.astype(old.dtype)
        scales = match.scales("weights")
        axis = int(match.attrs("weights.dequantize").axis) % old.ndim
        weights = Quantization(scales, zero_points, axis, str(old.dtype))
        product = on(match[part], call.args[0], weights.dequantize(constant(integers)))
        of_bias = np.asarray(np.float32(match.quantization("input").scale) * scales)
        bias = self.bias if self.product.is_wide else self.bias.astype(np.int32)
        return on(quantize, add_integers(product, bias, of_bias))


def _folded(product: Product, inputs: Range, outputs: Range) -> _Folded | None:
    """None if there is nothing to fold."""
    weights, bias = product.weights.copy(), product.bias.copy()
    if not weights.any():
        return None
    channels = np.flatnonzero(inputs.constant)
    added = product.contributions(channels, inputs.low[channels])
    same = (added == added[:1]).all(axis=0)  # (O, channels)
    folding = np.where(same, added[0], 0).sum(axis=1)
    fits = _fits(product, bias + folding)
    of_channel = np.zeros((len(weights), len(inputs.low)), bool)
    of_channel[:, channels] = same & fits[:, None]
    weights[np.broadcast_to(_of(product, of_channel), weights.shape)] = 0
    bias += np.where(fits, folding, 0)
    alone = outputs.constant & weights.any(axis=(1, 2))
    least = product.sums(inputs.low, inputs.high)[0].min(axis=0)
    alone &= product.fit(least) & _fits(product, least)
    weights[alone] = 0
    bias = np.where(alone, least, bias)
    changed = (weights != product.weights).any()
    return _Folded(product, weights, bias) if changed else None


def _of(product: Product, of_channel: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(O, 1, inputs of a group) from (O, all inputs)."""
    return np.take_along_axis(of_channel, product.readers, axis=1)[:, None]


def _fits(product: Product, bias: Ints) -> Any:
    return np.ones(len(bias), bool) if product.is_wide else abs(bias) < 2**31
