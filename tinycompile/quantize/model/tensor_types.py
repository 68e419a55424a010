"""Which type every tensor is stored in, and which every operator computes in.

Tensors are int8, those of chosen groups int16 (symmetric, for int8 weights); chosen layers compute in
float32. An operator computes in the widest type of what it reads and makes; what is narrower is converted
before or after it. A tensor that only layers in float read and make is float32 itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from tvm import relax

from tinycompile.kernels.portable.f32 import arithmetic_f32, unary_f32
from tinycompile.passes.integers.move_data_as_integers import moves
from tinycompile.passes.quantize.insert_qdq import LEAST_SCALE
from tinycompile.quantization import QParams, integer_limits
from tinycompile.quantize.model.float_graph import FloatGraph
from tinycompile.quantize.model.float_parts import is_float
from tinycompile.recurrence import is_recurrent
from tinycompile.rewriting.expressions import is_call

INT8, INT16, FLOAT = "int8", "int16", "float32"
WIDTHS = (INT8, INT16, FLOAT)  # from narrow to wide
FIXED_INT16 = QParams(1 / 32768, 0)  # of operators whose int8 output has one quantisation
# Operators that a kernel computes in float; what moves data takes any type.
IN_FLOAT = frozenset(
    ["nn.conv2d", "matmul", "nn.avg_pool2d", "nn.max_pool2d", "mean", "sum", "nn.softmax",
     "nn.log_softmax", "nn.relu", "clip", "concat", "nn.pad", *arithmetic_f32.OPERATIONS,
     *unary_f32.NAMES]
)  # fmt: skip
# Those that may have int16 around them: where there is no kernel for it, they compute in float.
IN_INT16 = IN_FLOAT | {"nn.conv2d_transpose"}


@dataclass(frozen=True)
class Types:
    """`stored` is by tensor, `computed` by operator; both have all of a graph."""

    stored: dict[str, str]
    computed: dict[str, str]


def resolve(graph: FloatGraph, wide: Iterable[str], floats: Iterable[str]) -> Types:
    """The types when the groups `wide` are int16 and the layers `floats` (by operator) compute in float."""
    wide, floats = set(wide), set(floats)
    integer = graph.layers.keys() - floats
    stored = {name: INT16 if root in wide else INT8 for name, root in graph.group.items()}
    if floats:
        members = graph.members()
        around = {root: _around(graph, names) for root, names in members.items()}
        for root, names in members.items():
            touched = around[root] & graph.layers.keys()
            able = all(in_float(graph.calls[name]) for name in around[root])
            if able and not touched & integer and (touched or not integer):
                stored |= dict.fromkeys(names, FLOAT)
    return Types(stored, _computed(graph, stored, floats))


def computes(call: relax.Call, operators: Iterable[str]) -> bool:
    """Whether one of `operators` is `call`, or it only moves data."""
    return moves(call) or any(is_call(call, op) for op in operators)


def in_float(call: relax.Call) -> bool:
    return is_recurrent(call) or computes(call, IN_FLOAT)


def can_widen(graph: FloatGraph, root: str) -> bool:
    """Whether kernels take the tensors of group `root` as int16."""
    names = graph.members()[root]
    return all(computes(graph.calls[name], IN_INT16) for name in _around(graph, names))


def can_float(graph: FloatGraph, layer: str) -> bool:
    return in_float(graph.layers[layer].call)


def symmetric(low: float, high: float) -> QParams:
    """int16 whose values reach from the larger of the two to its negative."""
    largest = max(-low, high, 0.0)
    scale = float(np.float32(largest / integer_limits(INT16)[1]))
    return QParams(scale if scale >= LEAST_SCALE else 1.0, 0)


def _around(graph: FloatGraph, names: Iterable[str]) -> set[str]:
    """The operators that make or read tensors, with those that one kernel fuses with them."""
    found: set[str] = set()
    for name in names:
        found |= _chain(graph, name)
        for reader in graph.readers[name]:
            found |= _chain(graph, _end(graph, reader)) if reader in graph.calls else set()
    return found


def _end(graph: FloatGraph, name: str) -> str:
    """The tensor in memory that the kernel of operator `name` makes."""
    while name in graph.inner:
        name = graph.readers[name][0]
    return name


def _chain(graph: FloatGraph, end: str) -> set[str]:
    """The operators of the kernel that makes tensor `end`."""
    if end not in graph.calls:
        return set()
    return {end}.union(*(_chain(graph, o) for o in graph.operands(end) if o in graph.inner))


def _computed(graph: FloatGraph, stored: dict[str, str], floats: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for end in graph.calls:
        if end in graph.inner:
            continue
        chain = _chain(graph, end)
        tensors = {end, *(o for name in chain for o in graph.operands(name))}
        real = bool(chain & floats or tensors & graph.real)
        real = real or any(is_float(graph, name) for name in chain)
        types = [INT8, *(stored[t] for t in tensors & stored.keys()), *([FLOAT] if real else [])]
        found |= dict.fromkeys(chain, max(types, key=WIDTHS.index))
    return found
