"""What shrinking left out, and why: for the report, and to find what is left in the original."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import is_reused

Indices = NDArray[np.int64]
Ends = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Work:
    """Of a product: its multiply-accumulates, the bytes of its weights and its output channels."""

    macs: int
    weight_bytes: int
    channels: int


@dataclass
class Channels:
    """Of a tensor: which of its `count` original channels are `kept`, in order; what the others always were.

    `values` are those of all channels that have one value, whatever the input; `lowest` are the least that
    any channel may have.
    """

    count: int
    kept: Indices
    values: dict[int, int] = field(default_factory=dict)
    lowest: dict[int, int] = field(default_factory=dict)

    def removed(self) -> tuple[int, int]:
        """How many channels went that were constant, and how many that nothing read."""
        gone = set(range(self.count)) - set(self.kept.tolist())
        return len(gone & self.values.keys()), len(gone - self.values.keys())

    def whole(self, array: NDArray[Any]) -> NDArray[Any]:
        """`array`, of what is kept, with all channels; in those that nothing read a value they may have.

        What reads them was found to be constant for such values only.
        """
        full = np.zeros((*array.shape[:-1], self.count), array.dtype)
        for channel, value in (self.lowest | self.values).items():
            full[..., channel] = value
        full[..., self.kept] = array
        return full

    @property
    def unknown(self) -> Indices:
        """The channels of which nothing is left."""
        known = {*self.kept.tolist(), *self.values}
        return np.array([c for c in range(self.count) if c not in known], np.int64)


@dataclass
class Record:
    """`asked` says whether anything may be left out at all."""

    asked: bool = True
    before: dict[str, Work] = field(default_factory=dict)
    after: dict[str, Work] = field(default_factory=dict)
    channels: dict[str, Channels] = field(default_factory=dict)
    operators: dict[str, str] = field(default_factory=dict)  # tensor that is not computed -> why

    def measure(self, module: Any) -> None:
        """Note what the products of `module` take."""
        self.after = work(module)
        self.before = self.before or self.after

    def cut(
        self, kept: Mapping[str, Indices], counts: Mapping[str, int], ends: Mapping[str, Ends]
    ) -> None:
        """Note that of tensors, which had `counts` channels, only those `kept` are left.

        `ends` are the least and the largest value of each channel, of tensors where that is known.
        """
        for name, indices in kept.items():
            if is_reused(name):
                continue
            entry = self.channels.setdefault(
                name, Channels(counts[name], np.arange(counts[name], dtype=np.int64))
            )
            if name in ends:
                low, high = ends[name]
                channels = entry.kept.tolist()
                entry.lowest |= zip(channels, low.tolist(), strict=True)
                entry.values |= {channels[i]: int(low[i]) for i in np.flatnonzero(low == high)}
            entry.kept = entry.kept[indices]


def work(module: Any) -> dict[str, Work]:
    """What each product of `module` takes, by the name of the tensor that it makes."""
    bindings = [b for block in module["main"].body.blocks for b in block.bindings]
    values = {b.var: b.value for b in bindings}
    owner: dict[relax.Var, str] = {}
    found: dict[str, Work] = {}
    for binding in reversed(bindings):
        value = binding.value
        named = owner.get(binding.var, binding.var.name)
        if any(is_call(value, op) for op in ("quantize", "add", "clip")):
            owner.setdefault(value.args[0], named)
        if (is_call(value, "nn.conv2d") or is_call(value, "matmul")) and value.args[1] in values:
            data = values[value.args[1]].args[0]
            if not is_call(values[value.args[1]], "dequantize") or data in values:
                continue
            weights, output = shape_of(data), shape_of(value)
            each = prod(weights[1:]) if is_call(value, "nn.conv2d") else weights[0]
            found[named] = Work(prod(output) * each, prod(weights), output[-1])
    return dict(reversed(found.items()))
