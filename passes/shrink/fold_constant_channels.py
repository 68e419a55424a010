"""What an input channel that always has one value adds to the sums of a product goes into the bias.

Its weights become 0, so that nothing reads it any more: only where that makes a channel go. At a padded
border some taps see no channel at all: a weight is folded only if what it adds is the same at every place. A
channel of the product's own output that always has one value needs no weights either, but a bias.
"""

from dataclasses import dataclass

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile.kernel import Kernel
from tinycompile.rewriting.expressions import constant, is_call, on
from tinycompile.rewriting.qdq import Quantization, add_integers
from tinycompile.rewriting.rewriter import Rewriter, rewrite
from tinycompile.shrinking.linked_channels import Filters
from tinycompile.shrinking.products import Product
from tinycompile.shrinking.ranges import Range, Ranges
from tinycompile.shrinking.reading import Reading

Ints = NDArray[np.int64]
NONE = Filters(0, apart=False, depthwise=False)


@tvm.transform.module_pass(opt_level=0, name="FoldConstantChannels")
class FoldConstantChannels:
    """What is constant is computed as the `kernels` do."""

    def __init__(self, kernels: list[Kernel]) -> None:
        self.kernels = kernels

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        ranges, reading = Ranges(mod, self.kernels), Reading(mod)
        products = {}
        for var, product in ranges.products.items():
            name = ranges.bindings.owners[product.call].name
            if reading.filters.get(name, NONE).apart:
                inputs = ranges.of[product.match["input"]]
                products[name] = _Foldable(product, inputs, ranges.of[var])
        needed = reading.needed({name: foldable.reads for name, foldable in products.items()})
        folded = {}
        for foldable in products.values():
            match = foldable.product.match
            gone = ~needed[reading.channels.groups[match["input"].name]]
            if (new := foldable.without(gone)) is not None:
                folded[match["output.quantize"]] = new
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
        product = on(self.product.call, call.args[0], weights.dequantize(constant(integers)))
        of_bias = np.asarray(np.float32(match.quantization("input").scale) * scales)
        bias = self.bias if self.product.is_wide else self.bias.astype(np.int32)
        return on(quantize, add_integers(product, bias, of_bias))


class _Foldable:
    """What could be folded of a product; `reads` are the weights, (O, inputs), that cannot."""

    def __init__(self, product: Product, inputs: Range, outputs: Range) -> None:
        self.product = product
        read = (product.weights != 0).any(axis=1)
        channels = np.flatnonzero(inputs.constant)
        added = product.contributions(channels, inputs.low[channels])
        same = (added == added[:1]).all(axis=0)  # (O, channels)
        self.added = np.zeros(read.shape, np.int64)
        self.added[:, channels] = np.where(same, added[0], 0)
        self.folds = np.zeros(read.shape, bool)
        self.folds[:, channels] = same
        self.folds &= self.fits(product.bias + np.abs(self.added).sum(axis=1))[:, None]
        self.folds &= self.fits(product.bias - np.abs(self.added).sum(axis=1))[:, None]
        self.least = product.sums(inputs.low, inputs.high)[0].min(axis=0)
        self.alone = outputs.constant & product.fit(self.least) & self.fits(self.least)
        self.reads = read & ~self.folds & ~self.alone[:, None]

    def without(self, gone: NDArray[np.bool_]) -> _Folded | None:
        """The product as it reads no input channel that is `gone`; None if it reads none."""
        weights, bias = self.product.weights.copy(), self.product.bias.copy()
        folding = self.folds & gone
        weights[np.broadcast_to(folding[:, None], weights.shape)] = 0
        bias += np.where(folding, self.added, 0).sum(axis=1)
        alone = self.alone & weights[..., gone].any(axis=(1, 2))
        weights[alone] = 0
        bias = np.where(alone, self.least, bias)
        changed = (weights != self.product.weights).any()
        return _Folded(self.product, weights, bias) if changed else None

    def fits(self, bias: Ints) -> NDArray[np.bool_]:
        """Which of these the bias has room for."""
        return np.asarray((abs(bias) < 2**31) | self.product.is_wide)
