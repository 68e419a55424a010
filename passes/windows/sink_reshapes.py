"""Reshapes move behind the bias, quantize and the bounds that follow a convolution or matrix product.

These belong to the kernel; a reshape between them would keep it from taking them along.
"""

from collections.abc import Sequence
from math import prod

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.layout.sink_transposes import UNARY
from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, on, shape_of
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

ARITHMETIC = ("add", "subtract", "multiply")


@tvm.transform.module_pass(opt_level=0, name="SinkReshapes")
class SinkReshapes:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _unary,
            _with_constant,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _unary(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    quantization = qdq.of_quantize(call)
    whole = quantization is not None and quantization.whole is not None
    if not whole and getattr(call.op, "name", "") not in UNARY:
        return None
    inner = rewriter.call(call.args[0], "reshape")
    if inner is None:
        return None
    return rewriter.reshaped(var, on(call, inner.args[0]), shape_of(call))


def _with_constant(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """reshape(x) + c -> reshape(x + c') where c runs along neighbouring dimensions that x has as well."""
    if not any(is_call(call, op) for op in ARITHMETIC):
        return None
    inner = rewriter.call(call.args[0], "reshape")
    if inner is None or shape_of(call) != shape_of(call.args[0]):
        return None
    data, other = inner.args[0], call.args[1]
    if not _is_constant(rewriter, other):
        return None
    shape = _unreshaped(shape_of(other), shape_of(call), shape_of(data))
    if shape is None:
        return None
    moved = other if shape == shape_of(other) else relax.op.reshape(other, shape)
    return rewriter.reshaped(var, on(call, data, moved), shape_of(call))


def _unreshaped(
    constant: tuple[int, ...], after: tuple[int, ...], before: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The shape that `constant`, broadcast to a tensor of shape `after`, has for it reshaped to `before`."""
    sizes = (*[1] * (len(after) - len(constant)), *constant)
    long = [axis for axis, size in enumerate(sizes) if size > 1]
    if not long:
        return constant[-1:]
    run = slice(long[0], long[-1] + 1)
    if sizes[run] != after[run]:
        return None
    outer, count = prod(after[: run.start]), prod(after[run])
    ends = [prod(before[:axis]) for axis in range(len(before) + 1)]
    if outer not in ends or outer * count not in ends:
        return None
    first, end = len(ends) - 1 - ends[::-1].index(outer), ends.index(outer * count)
    shape = [before[axis] if first <= axis < end else 1 for axis in range(len(before))]
    return tuple(shape[first:]) if end == len(before) else tuple(shape)


def _is_constant(rewriter: Rewriter, expr: relax.Expr) -> bool:
    """A constant that can be reshaped: one of integers has one scale, or extends along their axis only."""
    if (found := qdq.dequantized(rewriter, expr)) is None:
        return isinstance(expr, GenericConst)
    integers, quantization = found
    of_one_axis = len([size for size in shape_of(integers) if size > 1]) <= 1
    return isinstance(integers, GenericConst) and (quantization.whole is not None or of_one_axis)
