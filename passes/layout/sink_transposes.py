"""Transposes move towards the outputs, past operators that work in any order of dimensions.

There they meet their inverse and cancel, or a reshape or constant weights that take them in. What an
operator without its transpose makes is the model's tensor in another layout: it keeps the name, and
`tc.layouts` says so.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, on, shape_of
from tinycompile.rewriting.permutation import (
    Permutation,
    inverse,
    moves_only_ones,
    of,
    permuted,
    transposed,
)
from tinycompile.rewriting.reshape_transposed import order_within_blocks, reshape_transposed
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

UNARY = {
    "relax.nn.relu", "relax.nn.leakyrelu", "relax.nn.gelu", "relax.nn.gelu_tanh", "relax.nn.silu",
    "relax.nn.selu", "relax.nn.softplus", "relax.clip", "relax.sigmoid", "relax.tanh", "relax.abs",
    "relax.negative", "relax.exp", "relax.log", "relax.sqrt", "relax.rsqrt", "relax.square",
    "relax.erf", "relax.floor", "relax.ceil", "relax.round", "relax.sign", "relax.sin", "relax.cos",
    "relax.astype", "relax.logical_not",
}  # fmt: skip
BINARY = {
    "relax.add", "relax.subtract", "relax.multiply", "relax.divide", "relax.power", "relax.maximum",
    "relax.minimum", "relax.equal", "relax.not_equal", "relax.greater", "relax.greater_equal",
    "relax.less", "relax.less_equal",
}  # fmt: skip
REDUCTIONS = {"relax.mean", "relax.sum", "relax.max", "relax.min", "relax.prod", "relax.variance"}
# Those with one axis that stays: softmax along C is softmax along C wherever C is.
ALONG_AN_AXIS = {"relax.nn.softmax", "relax.nn.log_softmax", "relax.flip", "relax.repeat"}
SEARCHES = {"relax.argmax", "relax.argmin"}

# What is left of an operator on x once its operand T(x) is x, and the transpose that now follows it.
Sunk = tuple[relax.Expr, Permutation]


@tvm.transform.module_pass(opt_level=0, name="SinkTransposes")
class SinkTransposes:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_sink,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _sink(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not call.args:
        return None
    sunk = _of_one(rewriter, call) or _of_several(rewriter, call)
    if sunk is None:
        return None
    result, p = sunk
    return result if p == sorted(p) else transposed(rewriter, var, result, p)


def _of_one(rewriter: Rewriter, call: relax.Call) -> Sunk | None:
    """Operators with one operand that can be transposed, by name."""
    transpose = rewriter.call(call.args[0], "permute_dims")
    rule = RULES.get(getattr(call.op, "name", ""))
    if transpose is None or rule is None:
        return None
    return rule(call, transpose.args[0], of(transpose))


def _unary(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    return on(call, x), p


def _quantization(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    found = qdq.of_quantize(call) or qdq.of_dequantize(call)
    if found is None:
        return None
    return on(call, x, axis=0 if found.whole is not None else p[found.axis]), p


def _reduction(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    rank = len(p)
    axes = [int(a) % rank for a in call.attrs.axis] if call.attrs.axis is not None else range(rank)
    inner = sorted(p[axis] for axis in axes)
    after = p if call.attrs.keepdims else _without(p, inner)
    return on(call, x, axis=inner), after


def _search(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    if call.attrs.axis is None:
        return None  # it counts the elements in the order they have
    axis = p[int(call.attrs.axis) % len(p)]
    return on(call, x, axis=axis), p if call.attrs.keepdims else _without(p, [axis])


def _without(p: Permutation, axes: list[int]) -> Permutation:
    """`p` of a tensor that has lost dimensions `axes`."""
    left = [axis for axis in p if axis not in axes]
    return [sorted(left).index(axis) for axis in left]


def _along_an_axis(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    if call.attrs.axis is None:
        return None
    axis, last = int(call.attrs.axis) % len(p), len(p) - 1
    if axis == last != p[axis] and "softmax" in call.op.name:
        return None  # its kernels sum along the last axis
    return on(call, x, axis=p[axis]), p


def _prelu(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    return on(call, x, axis=p[int(call.attrs.axis) % len(p)]), p


def _pad(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    widths = [int(width) for width in call.attrs.pad_width]
    pairs = [widths[2 * i : 2 * i + 2] for i in range(len(p))]
    return on(call, x, pad_width=[width for i in inverse(p) for width in pairs[i]]), p


def _strided_slice(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    axes = [p[int(axis) % len(p)] for axis in call.args[1].fields]
    rest = [[int(value) for value in arg.fields] for arg in call.args[2:]]
    return relax.op.strided_slice(x, axes, *rest, assume_inbound=call.attrs.assume_inbound), p


def _take(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    if call.attrs.axis is None or len(call.args[1].ty.shape) != 1:
        return None
    return on(call, x, axis=p[int(call.attrs.axis) % len(p)]), p


def _tile(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    repeats = [int(n) for n in call.attrs.repeats]
    return (
        (on(call, x, repeats=permuted(repeats, inverse(p))), p) if len(repeats) == len(p) else None
    )


def _broadcast_to(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    shape = shape_of(call)
    return (
        (relax.op.broadcast_to(x, permuted(shape, inverse(p))), p) if len(shape) == len(p) else None
    )


def _reshape(call: relax.Call, x: relax.Expr, p: Permutation) -> Sunk | None:
    """Past the reshape as a whole, or only so far as the order of blocks of dimensions goes."""
    target = shape_of(call)
    if (found := reshape_transposed(shape_of(x), p, target)) is not None:
        return relax.op.reshape(x, found[0]), found[1]
    if (inner := order_within_blocks(shape_of(x), p, target)) is None:
        return None
    rest = permuted(inverse(inner), p)
    found = reshape_transposed(permuted(shape_of(x), inner), rest, target)
    if found is None or moves_only_ones(*found):
        return None  # nothing would be left to sink
    return relax.op.reshape(relax.op.permute_dims(x, inner), found[0]), found[1]


RULES: dict[str, Callable[[relax.Call, relax.Expr, Permutation], Sunk | None]] = {
    **dict.fromkeys(UNARY, _unary),
    **dict.fromkeys(REDUCTIONS, _reduction),
    **dict.fromkeys(ALONG_AN_AXIS, _along_an_axis),
    **dict.fromkeys(SEARCHES, _search),
    "relax.quantize": _quantization,
    "relax.dequantize": _quantization,
    "relax.nn.prelu": _prelu,
    "relax.nn.pad": _pad,
    "relax.strided_slice": _strided_slice,
    "relax.take": _take,
    "relax.tile": _tile,
    "relax.broadcast_to": _broadcast_to,
    "relax.reshape": _reshape,
}


def _of_several(rewriter: Rewriter, call: relax.Call) -> Sunk | None:
    """Operators that combine tensors, if all of them are, or can be, transposed alike."""
    together = is_call(call, "concat")
    if not together and getattr(call.op, "name", "") not in BINARY:
        return None
    operands = list(call.args[0].fields if together else call.args)
    rank = len(shape_of(call))
    p = _common(rewriter, operands, rank)
    if p is None:
        return None
    inner = [_untransposed(rewriter, operand, p) for operand in operands]
    if any(operand is None for operand in inner):
        return None
    if together:
        axis = p[int(call.attrs.axis) % rank]
        return on(call, relax.Tuple(inner), axis=axis), p
    return on(call, *inner), p


def _common(rewriter: Rewriter, operands: list[relax.Expr], rank: int) -> Permutation | None:
    """The first permutation of an operand of full rank."""
    calls = [rewriter.call(operand, "permute_dims") for operand in operands]
    found = [of(call) for call in calls if call is not None]
    return next((p for p in found if len(p) == rank), None)


def _untransposed(rewriter: Rewriter, operand: relax.Expr, p: Permutation) -> relax.Expr | None:
    """The x of which `operand` is the transpose by `p`; made here where that costs nothing to run."""
    call = rewriter.call(operand, "permute_dims")
    if call is not None and of(call) == p:
        return call.args[0]
    shape = shape_of(operand)
    full = (*[1] * (len(p) - len(shape)), *shape)  # as broadcasting sees it
    back = inverse(p)
    free = moves_only_ones(full, back)
    if not free and not _is_constant(rewriter.value(operand)):
        return None
    if len(shape) < len(p):
        operand = relax.op.reshape(operand, full)
    if free:
        return relax.op.reshape(operand, permuted(full, back))
    return relax.op.permute_dims(operand, back)


def _is_constant(value: Any) -> bool:
    """A constant, quantised or not."""
    if is_call(value, "dequantize"):
        value = value.args[0]
    return isinstance(value, GenericConst)
