"""Inputs that index a table, as tokens do: how long the table is says which values make sense."""

from math import prod
from typing import Any

from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of, variables

# Of data and, at run time, indices.
GATHERS = ("take", "gather_elements", "gather_nd", "scatter_elements", "scatter_nd")


def index_limits(module: Any) -> dict[str, int]:
    """Integer inputs of `module` that indices are computed of, and how many things these tell apart."""
    main = module["main"]
    values = {b.var: b.value for block in main.body.blocks for b in block.bindings}
    limits: dict[str, int] = {}
    for value in values.values():
        if any(is_call(value, op) for op in GATHERS):
            limit = length(value)
            for var in integers_behind(value.args[1], values) & set(main.params):
                if str(var.ty.dtype) == "int8":
                    continue  # a quantised value, that is looked up in a table of all
                limits[var.name] = min(limit, limits.get(var.name, limit))
    return limits


def length(gather: relax.Call) -> int:
    """Of what is indexed: along an axis, along any, or of all."""
    shape = shape_of(gather.args[0])
    axis = getattr(gather.attrs, "axis", None)
    if axis is not None:
        return shape[int(axis)]
    return prod(shape) if is_call(gather, "take") else min(shape, default=1)


def integers_behind(expr: relax.Expr, values: dict[relax.Var, relax.Expr]) -> set[relax.Var]:
    """The integer variables that `expr` is computed of."""
    found: set[relax.Var] = set()
    waiting = [expr]
    while waiting:
        for var in variables(waiting.pop()):
            if var not in found and str(getattr(var.ty, "dtype", "")).startswith("int"):
                found.add(var)
                waiting.append(values.get(var, var))
    return found
