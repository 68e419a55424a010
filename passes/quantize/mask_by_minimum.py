"""Masks of attention become bounds that any range can hold: x + -1e9, or -1e9 instead of x -> min(x, -1e9).

A mask is added, or selects, in numbers so low that int8 with room for them would hold nothing else. As the
constant of a minimum they are cut off at the lowest integer of x's own range.
"""

from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import Rewriter, rewrite

MASKED = -1e4  # what is as low is meant to be no value at all
FREE = np.finfo(np.float32).max


@tvm.transform.module_pass(opt_level=0, name="MaskByMinimum")
class MaskByMinimum:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _minimum)


def _minimum(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    found = _added(call) if is_call(call, "add") else _selected(call)
    if found is None:
        return None
    data, masked = found
    bounds = np.where(masked, -FREE, FREE).astype(np.float32)
    return relax.op.minimum(data, relax.const(bounds))


def _added(call: relax.Call) -> tuple[relax.Expr, NDArray[np.bool_]] | None:
    """x and where the mask is that is added to it, all other numbers of which are 0."""
    for data, mask in (call.args, call.args[::-1]):
        values = _floats(mask)
        if values is not None and (values <= MASKED).any():
            masked = values <= MASKED
            return (data, masked) if not values[~masked].any() else None
    return None


def _selected(call: relax.Call) -> tuple[relax.Expr, NDArray[np.bool_]] | None:
    """x and where another number than x is taken."""
    if not is_call(call, "where") or not isinstance(call.args[0], GenericConst):
        return None
    condition = call.args[0].value.numpy().astype(bool)
    for data, other, masked in ((2, 1, condition), (1, 2, ~condition)):
        values = _floats(call.args[other])
        if values is not None and values.size == 1 and float(values.max()) <= MASKED:
            return call.args[data], masked
    return None


def _floats(expr: Any) -> NDArray[np.float32] | None:
    found = expr.value.numpy() if isinstance(expr, GenericConst) else None
    return found if found is not None and found.dtype == np.float32 else None
