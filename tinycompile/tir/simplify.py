"""Making expressions: `op` returns the simplest it knows, with bounds.

What a division or a comparison must come to is decided here.
"""

import math
from collections.abc import Callable

import numpy as np

from tinycompile.tir.conditions import both, either, equal, less, less_equal, negated, unequal
from tinycompile.tir.divisions import added, collected, floordiv, floormod
from tinycompile.tir.sums import (
    bounds_of,
    difference,
    index,
    linear,
    raw_bounds,
    terms_bounds,
)
from tinycompile.tir.tree import Const, Expr, Load, Op, Var, fits, is_integer


def const(dtype: str, value: float | int | bool) -> Const:
    if is_integer(dtype):
        return Const(dtype, int(value))
    return Const(dtype, float(np.float32(value)))


def op(dtype: str, name: str, *args: Expr) -> Expr:
    """`name` of `args`, as simple as can be."""
    rule = _RULES.get(name)
    if rule is not None and (simpler := rule(dtype, *args)) is not None:
        return simpler
    return Op(dtype, name, args, bounds_of(dtype, name, args))


def rebuild(expr: Expr, change: Callable[[Expr], Expr | None], memo: dict[Expr, Expr]) -> Expr:
    """`expr`, from its leaves up: what `change` returns stands for a part whose parts are changed."""
    if expr in memo:
        return memo[expr]
    children = tuple(rebuild(child, change, memo) for child in expr.children)
    new = expr
    if any(a is not b for a, b in zip(children, expr.children, strict=True)):
        if isinstance(expr, Load):
            new = Load(expr.dtype, expr.buffer, children)
        elif isinstance(expr, Op):
            new = op(expr.dtype, expr.name, *children)
    changed = change(new)
    memo[expr] = new if changed is None else changed
    return memo[expr]


def substitute(expr: Expr, values: dict[Var, Expr]) -> Expr:
    if not values.keys() & expr.variables:
        return expr
    return rebuild(expr, lambda part: values.get(part) if isinstance(part, Var) else None, {})


def add(*terms: Expr) -> Expr:
    """The sum of indices."""
    total: Expr = index(0)
    for term in terms:
        total = op("int32", "add", total, term)
    return total


def scaled(term: Expr, factor: int) -> Expr:
    return op("int32", "mul", term, index(factor))


def cast(expr: Expr, dtype: str) -> Expr:
    return op(dtype, "cast", expr)


# --- Rules ----------------------------------------------------------------------------------------


def _add(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if dtype == "int32":
        return added(a, b)
    return _folded(dtype, "add", a, b)


def _sub(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if dtype == "int32":
        return added(a, b, -1)
    match b:  # how TVM spells a remainder, which is wrong beside infinity
        case Op(_, "mul", (Op(_, "floor", (Op(_, "div", (x, y)),)), z)) if x == a and y == z:
            return remainder(a, y)
    return _folded(dtype, "sub", a, b)


def remainder(a: Expr, b: Expr) -> Expr:
    """Of two floats, with the sign of `b`."""
    rest, zero = op("float32", "fmod", a, b), const("float32", 0.0)
    signs = op("bool", "lt", rest, zero), op("bool", "lt", b, zero)
    other = op("bool", "and", op("bool", "ne", rest, zero), op("bool", "ne", *signs))
    return op("float32", "select", other, op("float32", "add", rest, b), rest)


def _mul(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const) and not isinstance(b, Const):
        a, b = b, a
    if isinstance(b, Const):
        if b.value == 1:
            return a
        if b.value == -1 and dtype == "float32":
            return op(dtype, "neg", a)
        if dtype == "float32" and isinstance(a, Op) and a.name == "mul" and _is_power(b):
            x, known = a.args
            if isinstance(known, Const):
                return op(dtype, "mul", x, const(dtype, known.value * b.value))
        if dtype == "int32":
            terms, constant = linear(a)
            scaled_terms = {t: f * int(b.value) for t, f in terms.items() if b.value}
            low, high = terms_bounds(scaled_terms, constant * int(b.value))
            if fits((low, high), dtype):
                return collected(scaled_terms, constant * int(b.value))
        if folded := _folded(dtype, "mul", a, b):
            return folded
        return Op(dtype, "mul", (a, b), bounds_of(dtype, "mul", (a, b)))
    return None


def _is_power(factor: Const) -> bool:
    """Whether it is a power of two, by which floats are multiplied exactly."""
    mantissa, exponent = math.frexp(factor.value)
    return abs(mantissa) == 0.5 and abs(exponent) < 100


def _div(dtype: str, a: Expr, b: Expr) -> Expr | None:
    """Of floats, or of integers towards zero."""
    if isinstance(b, Const) and b.value == 1:
        return a
    if dtype == "float32" and isinstance(b, Const) and b.value:
        if _is_power(b):
            return op(dtype, "mul", a, const(dtype, 1 / b.value))
        return _folded(dtype, "div", a, b)
    if is_integer(dtype) and a.bounds[0] >= 0 and isinstance(b, Const) and b.value > 0:
        return op(dtype, "floordiv", a, b)
    return None


def _mod(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if is_integer(dtype) and a.bounds[0] >= 0 and isinstance(b, Const) and b.value > 0:
        return op(dtype, "floormod", a, b)
    return None


def _divides(divide: Callable[[Expr, int], Expr]) -> Callable[..., Expr | None]:
    """`divide`, an operator of indices, where the divisor is known."""

    def rule(dtype: str, a: Expr, b: Expr) -> Expr | None:
        if dtype == "int32" and isinstance(b, Const) and b.value > 0:
            return divide(a, int(b.value))
        return None

    return rule


def _extreme(name: str, dtype: str, a: Expr, b: Expr) -> Expr | None:
    if a == b:
        return a
    low, high = difference(a, b)
    if low >= 0:  # a is not less, and both are numbers
        return a if name == "max" else b
    if high <= 0:
        return b if name == "max" else a
    if isinstance(a, Const) and not isinstance(b, Const):
        return op(dtype, name, b, a)
    if isinstance(b, Const) and isinstance(a, Op) and a.name == name:
        inner, known = a.args
        if isinstance(known, Const):
            bound = (max if name == "max" else min)(known.value, b.value)
            return op(dtype, name, inner, Const(dtype, bound))
    return _folded(dtype, name, a, b)


def _select(dtype: str, condition: Expr, a: Expr, b: Expr) -> Expr | None:
    if isinstance(condition, Const):
        return a if condition.value else b
    return a if a == b else None


def _cast(dtype: str, a: Expr) -> Expr | None:
    if a.dtype == dtype:
        return a
    if is_integer(dtype) and (quantized := _quantized(dtype, a)) is not None:
        return quantized
    if isinstance(a, Const) and dtype == "float32":
        return const(dtype, a.value)
    if isinstance(a, Const) and is_integer(a.dtype) and fits(a.bounds, dtype):
        return const(dtype, a.value)
    if dtype == "bool" and is_integer(a.dtype):
        return op("bool", "ne", a, const(a.dtype, 0))
    if isinstance(a, Op) and a.name == "cast" and is_integer(a.dtype):
        inner = a.args[0]
        if is_integer(inner.dtype) and fits(inner.bounds, a.dtype):
            return op(dtype, "cast", inner)
    return None


NEAREST = 2.0**22  # up to where adding 1.5 * 2^23 rounds a float to an integer


def _quantized(dtype: str, a: Expr) -> Expr | None:
    """max(min(round(x) + zero point, high), low) is bounded before it is rounded: that is the same."""
    a, low = _peeled("max", a)
    a, high = _peeled("min", a)
    a, zero_point = _peeled("add", a)
    if low is None or high is None or not (isinstance(a, Op) and a.name == "round"):
        return None
    shift = zero_point or 0
    ends = [bound - shift for bound in (low, high)]
    whole = all(float(value).is_integer() for value in (low, high, shift))
    if not whole or max(map(abs, ends)) > NEAREST or not fits((low, high), dtype):
        return None
    bounds = [const("float32", end) for end in ends]
    nearest = op("int32", "nearest", a.args[0], *bounds)
    return cast(op("int32", "add", nearest, index(int(shift))), dtype)


def _peeled(name: str, a: Expr) -> tuple[Expr, float | None]:
    """The operand of `name` and its constant, if `a` is that."""
    if isinstance(a, Op) and a.name == name and isinstance(a.args[1], Const):
        return a.args[0], a.args[1].value
    return a, None


def _neg(dtype: str, a: Expr) -> Expr | None:
    if isinstance(a, Op) and a.name == "neg":
        return a.args[0]
    return const(dtype, -a.value) if isinstance(a, Const) and dtype == "float32" else None


def _pow(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if dtype == "float32" and isinstance(b, Const):
        if b.value == 2:
            return op(dtype, "mul", a, a)
        if b.value == 3:
            return op(dtype, "mul", op(dtype, "mul", a, a), a)
        if b.value == 1:
            return a
    return None


def _folded(dtype: str, name: str, a: Expr, b: Expr) -> Expr | None:
    """Of two constants."""
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return None
    with np.errstate(all="ignore"):
        x, y = np.float32(a.value), np.float32(b.value)
        if dtype == "float32":
            results = {"add": x + y, "sub": x - y, "mul": x * y, "div": x / y}
            if name in results:
                return const(dtype, float(results[name]))
    low, high = raw_bounds(name, a.bounds, b.bounds)
    return (
        const(dtype, low)
        if low == high and is_integer(dtype) and fits((low, high), dtype)
        else None
    )


_RULES: dict[str, Callable[..., Expr | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "mod": _mod,
    "floordiv": _divides(floordiv),
    "floormod": _divides(floormod),
    "min": lambda dtype, a, b: _extreme("min", dtype, a, b),
    "max": lambda dtype, a, b: _extreme("max", dtype, a, b),
    "lt": less,
    "le": less_equal,
    "eq": equal,
    "ne": unequal,
    "and": both,
    "or": either,
    "not": negated,
    "select": _select,
    "cast": _cast,
    "neg": _neg,
    "pow": _pow,
    "index": lambda dtype, a: a if isinstance(a, Const) else None,
}
