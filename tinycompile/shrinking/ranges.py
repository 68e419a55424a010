"""Between what the channels of every tensor of integers lie, whatever the inputs are.

Proved operator by operator, with the arithmetic of the kernels that may take them: products by interval
arithmetic on their sums, all else by the kernels' own references at the ends of what they are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.families import PORTABLE
from tinycompile.kernel import Bindings, Kernel, Match
from tinycompile.matching import match_at
from tinycompile.quantization import integer_limits
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.shrinking import products
from tinycompile.shrinking.products import Product

Ints = NDArray[Any]
TRACKED = ("int8", "int16")


@dataclass(frozen=True)
class Range:
    """Of each channel, the last axis of a tensor, the least and the largest value."""

    low: Ints
    high: Ints

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which channels have one value, at every place."""
        return np.asarray(self.low == self.high)


class Ranges:
    """`of[v]` is the range of variable v; `products[v]` what makes it, if that is a product."""

    def __init__(self, module: Any, kernels: Sequence[Kernel]) -> None:
        main = module["main"]
        self.kernels = [
            (kernel, kernel.pattern())
            for kernel in kernels
            if kernel.family == PORTABLE and not kernel.packed
        ]
        self.bindings = Bindings(main)
        self.of: dict[relax.Var, Range] = {}
        self.products: dict[relax.Var, Product] = {}
        for param in main.params:
            self.put(param, None)
        for var, value in self.bindings.values.items():
            self.put(var, value)

    def put(self, var: relax.Var, value: relax.Expr | None) -> None:
        if not isinstance(var.ty, relax.TensorType) or str(var.ty.dtype) not in TRACKED:
            return
        found = self.made(var, value) if isinstance(value, relax.Call) else None
        channels = (shape_of(var) or (1,))[-1]
        limits = (np.full(channels, end) for end in integer_limits(str(var.ty.dtype)))
        self.of[var] = found or Range(*limits)

    def made(self, var: relax.Var, call: relax.Call) -> Range | None:
        if is_call(call, "reshape") and call.args[0] in self.of:
            return collapsed([end.reshape(shape_of(var)) for end in self.ends(call.args[0])], var)
        operators = self.behind(call)
        for kernel, pattern in self.kernels:
            if pattern.operators and not operators <= pattern.operators:
                continue
            match = match_at(pattern, var, self.bindings)
            if match is not None and kernel.refusal(match) is None:
                return self.range(kernel, match, var)
        return None

    def behind(self, call: relax.Call) -> set[str]:
        """The operators of which `call`, that makes integers, is the last of a kernel, as far as is clear."""
        found, waiting = set(), [call]
        while waiting:
            value = waiting.pop()
            found.add(str(getattr(value.op, "name", "")))
            if is_call(value, "quantize"):
                operand = self.bindings.value(value.args[0])
                waiting += [operand] if isinstance(operand, relax.Call) else []
        return found

    def range(self, kernel: Kernel, match: Match, var: relax.Var) -> Range | None:
        call = kernel.lower(match)
        if not all(call.inputs):  # a recurrent layer, which begins with zeros
            return None
        inputs = [match[part] for part in call.inputs]
        if any(operand not in self.of for operand in inputs):
            return None
        if product := products.of(match, call.params):
            self.products[var] = product
            given = self.of[inputs[0]]
            return Range(*product.range(given.low, given.high))
        if kernel.bounds is None:
            return None
        ends = [self.ends(operand) for operand in inputs]
        if kernel.per_image:  # all images of a batch lie between the same
            ends = [(low[:1], high[:1]) for low, high in ends]
        return collapsed(kernel.bounds(kernel.reference, call.params, ends), var)

    def ends(self, var: relax.Expr) -> tuple[Ints, Ints]:
        """The tensor `var` where every element is as small as it can be, and as large."""
        found, shape, dtype = self.of[var], shape_of(var), str(var.ty.dtype)
        low, high = (np.broadcast_to(end, shape or (1,)) for end in (found.low, found.high))
        return low.astype(dtype).reshape(shape), high.astype(dtype).reshape(shape)


def collapsed(ends: Sequence[Ints], var: relax.Var) -> Range:
    """The range of channels of `var` from those of its elements."""
    channels = (shape_of(var) or (1,))[-1]
    low, high = (end.reshape(-1, channels).astype(np.int64) for end in ends)
    return Range(low.min(axis=0), high.max(axis=0))


def is_known(bindings: Bindings, expr: relax.Expr) -> bool:
    """Whether `expr` is a constant, quantised or not."""
    value = bindings.value(expr)
    if is_call(value, "dequantize"):
        value = value.args[0]
    return isinstance(value, GenericConst)
