"""Normalisations that are written out become layer_norm or rms_norm: one loop nest instead of eight layers.

(x - mean(x)) / sqrt(mean((x - mean(x))^2) + e), with a variance, a power, an inverse or a product somewhere.
Scale and shift stay as they are. Over which dimensions the means run does not matter: instance norm and
group norm, reshaped, are the same.
"""

from typing import Any

import numpy as np
import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, rewrite


@tvm.transform.module_pass(opt_level=0, name="RecogniseNorms")
class RecogniseNorms:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _norm)


def _norm(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if (found := _divided(rewriter, call)) is None:
        return None
    data, deviation = found
    if (added := rewriter.call(deviation, "add")) is None:
        return None
    for moment, constant in (added.args, added.args[::-1]):
        epsilon = _number(constant)
        if epsilon is not None:
            return _recognised(rewriter, data, rewriter.value(moment), epsilon)
    return None


def _recognised(
    rewriter: Rewriter, data: relax.Expr, moment: Any, epsilon: float
) -> relax.Expr | None:
    """The norm of which `data` is divided by the root of `moment` + `epsilon`."""
    squares = is_call(moment, "mean")
    if not squares and not is_call(moment, "variance"):
        return None
    if moment.attrs.axis is None or not moment.attrs.keepdims:
        return None
    source = moment.args[0] if not squares else _squared(rewriter, moment.args[0])
    if source is None:
        return None
    axes = [int(axis) % len(shape_of(source)) for axis in moment.attrs.axis]
    x = _uncentred(rewriter, data, axes)
    centred = data if squares else x  # what the moment is of
    if x is not None and source.same_as(centred):
        return relax.op.nn.layer_norm(x, *_scale_and_shift(x, axes), axes, epsilon)
    whole = len(axes) == len(shape_of(data))  # of which TVM makes no loops
    if squares and source.same_as(data) and not whole:
        return relax.op.nn.rms_norm(data, _scale_and_shift(data, axes)[0], axes, epsilon)
    return None


def _divided(rewriter: Rewriter, call: relax.Call) -> tuple[relax.Expr, relax.Expr] | None:
    """x and y of x / sqrt(y), in any spelling."""
    if is_call(call, "divide"):
        root = rewriter.call(call.args[1], "sqrt")
        return None if root is None else (call.args[0], root.args[0])
    for data, factor in (call.args, call.args[::-1]) if is_call(call, "multiply") else ():
        value = rewriter.value(factor)
        if is_call(value, "rsqrt"):
            return data, value.args[0]
        if is_call(value, "divide") and _number(value.args[0]) == 1:
            root = rewriter.call(value.args[1], "sqrt")
            return None if root is None else (data, root.args[0])
    return None


def _squared(rewriter: Rewriter, expr: relax.Expr) -> relax.Expr | None:
    value = rewriter.value(expr)
    two = is_call(value, "power") and _number(value.args[1]) == 2
    same = is_call(value, "multiply") and value.args[0].same_as(value.args[1])
    return value.args[0] if two or same or is_call(value, "square") else None


def _uncentred(rewriter: Rewriter, expr: relax.Expr, axes: list[int]) -> relax.Expr | None:
    """x of x - mean(x)."""
    centred = rewriter.call(expr, "subtract")
    mean = None if centred is None else rewriter.call(centred.args[1], "mean")
    if centred is None or mean is None or not mean.args[0].same_as(centred.args[0]):
        return None
    rank = len(shape_of(centred))
    over = [int(axis) % rank for axis in mean.attrs.axis or range(rank)]
    return centred.args[0] if over == axes and mean.attrs.keepdims else None


def _scale_and_shift(x: relax.Expr, axes: list[int]) -> tuple[relax.Expr, relax.Expr]:
    """Those that change nothing."""
    shape = [shape_of(x)[axis] for axis in axes]
    return relax.const(np.ones(shape, np.float32)), relax.const(np.zeros(shape, np.float32))


def _number(expr: Any) -> float | None:
    """The value of a float constant, all elements of which are equal."""
    if not isinstance(expr, GenericConst) or str(expr.ty.dtype) != "float32":
        return None
    values = expr.value.numpy()
    return float(values.flat[0]) if values.size and np.ptp(values) == 0 else None
