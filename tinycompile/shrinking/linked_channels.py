"""Which channels of a graph can only be left out together.

Every position along the last axis of every tensor belongs to a group. Filters begin groups; what works on
each channel by itself hands them on, what joins tensors channel by channel (a residual add) makes them one.
The groups of inputs, of outputs, and of whatever an operator does otherwise, are fixed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.kernels.shared.unary import FUNCTIONS
from tinycompile.rewriting.expressions import is_call, shape_of, variables
from tinycompile.rewriting.slices import slices

Indices = NDArray[np.int64]
# Operators of one tensor whose result has at each channel what the operand has there.
EACH = ("nn.relu", "nn.leakyrelu", "nn.prelu", "nn.max_pool2d", "nn.avg_pool2d", "nn.pad",
        "image.resize2d", "strided_slice", "quantize", "dequantize", "mean", "max", "sum")  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """Of a product with constant weights: how many; whether each reads all channels, or only one."""

    count: int
    apart: bool
    depthwise: bool


class Graph(Protocol):
    """Tensors by name, and what makes them."""

    @property
    def steps(self) -> Sequence[tuple[str, Any]]: ...
    @property
    def params(self) -> Sequence[str]: ...
    @property
    def outputs(self) -> Sequence[str]: ...
    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]: ...


@dataclass
class Channels:
    """`groups[t]` are those of the positions along the last axis of tensor t."""

    groups: dict[str, Indices] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)
    _parent: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Groups have numbers below it."""
        return len(self._parent)

    def fresh(self, count: int) -> Indices:
        first = len(self._parent)
        self._parent += range(first, first + count)
        return np.arange(first, first + count)

    def root(self, group: int) -> int:
        while self._parent[group] != group:
            group = self._parent[group]
        return group

    def join(self, first: Indices, second: Indices) -> None:
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            self._parent[self.root(b)] = self.root(a)

    def fix(self, groups: Indices) -> None:
        self.fixed |= set(groups.tolist())

    def settle(self) -> None:
        """From here on every group has one number."""
        self.groups = {
            name: np.array([self.root(g) for g in groups.tolist()], np.int64)
            for name, groups in self.groups.items()
        }
        self.fixed = {self.root(group) for group in self.fixed}


def read(graph: Graph, filters: Mapping[str, Filters], constants: Collection[str] = ()) -> Channels:
    """`filters` by the name of the product; `constants` are variables that are no tensors to it."""
    channels = Channels()
    for name in graph.params:
        channels.groups[name] = channels.fresh(_last(graph.shapes[name]))
        channels.fix(channels.groups[name])
    for name, value in graph.steps:
        if name in constants:
            continue
        if name not in graph.shapes:  # several results, of which nothing is known
            for var in variables(value):
                channels.fix(channels.groups.get(var.name, channels.fresh(0)))
            continue
        if isinstance(value, relax.Var):
            channels.groups[name] = channels.groups[value.name]
        elif isinstance(value, relax.Call):
            channels.groups[name] = _result(channels, graph, name, value, filters.get(name))
        else:
            channels.groups[name] = channels.fresh(_last(graph.shapes[name]))
            channels.fix(channels.groups[name])
    for name in graph.outputs:
        channels.fix(channels.groups[name])
    channels.settle()
    return channels


def _result(
    channels: Channels, graph: Graph, name: str, call: relax.Call, filters: Filters | None
) -> Indices:
    operands = [var.name for var in variables(call) if var.name in channels.groups]
    read = [channels.groups[operand] for operand in operands]
    if filters is not None and filters.apart:
        return channels.fresh(filters.count)
    if filters is not None and filters.depthwise:
        return np.repeat(read[0], filters.count // len(read[0]))
    if filters is None and (handed_on := _handed_on(channels, call, read)) is not None:
        return handed_on
    for groups in read:
        channels.fix(groups)
    made = channels.fresh(_last(graph.shapes[name]))
    channels.fix(made)
    return made


def _handed_on(channels: Channels, call: relax.Call, read: list[Indices]) -> Indices | None:
    """The groups of the result of `call`, if each of its channels comes of the same of its operands."""
    shape = shape_of(call)
    if not shape or not read:
        return None
    same = all(len(groups) == shape[-1] for groups in read)
    if is_call(call, "concat"):
        if int(call.attrs.axis) % len(shape) == len(shape) - 1:
            return np.concatenate(read) if sum(map(len, read)) == shape[-1] else None
        return _joined(channels, read) if same else None
    if is_call(call, "reshape"):
        return _reshaped(shape_of(call.args[0]), shape, read[0])
    if str(call.op.name) in FUNCTIONS:
        return _joined(channels, read) if same else None
    if any(is_call(call, op) for op in EACH) and same and _is_image(call):
        return read[0]
    return None


def _is_image(call: relax.Call) -> bool:
    """Whether the last axis is that of channels to this operator, and it leaves it as it is."""
    if is_call(call, "strided_slice"):
        return slices(call)[-1] == slice(0, shape_of(call)[-1], 1)
    if is_call(call, "quantize") or is_call(call, "dequantize"):
        return not any(shape_of(arg) for arg in call.args[1:])
    if is_call(call, "nn.pad"):
        return not any(int(width) for width in list(call.attrs.pad_width)[-2:])
    if any(is_call(call, op) for op in ("mean", "max", "sum")):
        rank = len(shape_of(call.args[0]))
        return call.attrs.axis is not None and all(
            int(a) % rank != rank - 1 for a in call.attrs.axis
        )
    if is_call(call, "nn.prelu"):
        return int(call.attrs.axis) % len(shape_of(call)) == len(shape_of(call)) - 1
    return str(getattr(call.attrs, "layout", "NHWC")) == "NHWC"


def _joined(channels: Channels, read: list[Indices]) -> Indices:
    for other in read[1:]:
        channels.join(read[0], other)
    return read[0]


def _reshaped(before: tuple[int, ...], after: tuple[int, ...], groups: Indices) -> Indices | None:
    """Flattening keeps the channel as the fastest index."""
    if not before or prod(before) != prod(after) or after[-1] % before[-1]:
        return None
    return np.tile(groups, after[-1] // before[-1])


def _last(shape: tuple[int, ...]) -> int:
    return shape[-1] if shape else 1
