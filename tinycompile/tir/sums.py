"""Bounds of expressions, and sums of integers as terms times factors.

Such a sum that cannot overflow is kept in one form, the largest factor first, so that addresses of equal
elements are equal.
"""

import math
from itertools import product

import numpy as np

from tinycompile.tir.tree import ANY, LIMITS, Bounds, Const, Expr, Op, fits, is_integer

Terms = dict[Expr, int]
INDEX = 2**22  # indices that are read from tensors are smaller


def index(value: int) -> Const:
    return Const("int32", value)


def linear(expr: Expr) -> tuple[Terms, int]:
    """`expr` as terms, their factors and a constant."""
    if isinstance(expr, Const):
        return {}, int(expr.value)
    if isinstance(expr, Op) and expr.dtype == "int32":
        if expr.name in ("add", "sub") and exact(expr.name, *expr.args):
            sign = 1 if expr.name == "add" else -1
            terms, constant = linear(expr.args[0])
            more, rest = linear(expr.args[1])
            terms = dict(terms)
            for term, factor in more.items():
                terms[term] = terms.get(term, 0) + sign * factor
            return {t: f for t, f in terms.items() if f}, constant + sign * rest
        if expr.name == "mul" and isinstance(expr.args[1], Const) and exact(expr.name, *expr.args):
            factor = int(expr.args[1].value)
            terms, constant = linear(expr.args[0])
            return {t: f * factor for t, f in terms.items()}, constant * factor
    return {expr: 1}, 0


def exact(name: str, *args: Expr) -> bool:
    """Whether `name` of the integers `args` does not overflow their type."""
    if name in ("add", "sub", "mul", "neg"):
        return fits(raw_bounds(name, *(arg.bounds for arg in args)), args[0].dtype)
    return True


def total(terms: Terms, constant: int) -> Expr:
    """The sum, in the one form that it has."""
    parts = sorted(terms.items(), key=lambda item: (item[1] < 0, -abs(item[1]), item[0].order))
    result: Expr | None = None
    if parts and parts[0][1] < 0 and constant:  # 3 - x
        result, constant = index(constant), 0
    for term, factor in parts:
        if result is None:
            result = _product(term, factor)
        else:
            name = "add" if factor > 0 else "sub"
            result = plain(name, result, _product(term, abs(factor)))
    if result is None:
        return index(constant)
    if constant:
        name = "add" if constant > 0 else "sub"
        result = plain(name, result, index(abs(constant)))
    return result


def _product(term: Expr, factor: int) -> Expr:
    return term if factor == 1 else plain("mul", term, index(factor))


def plain(name: str, *args: Expr) -> Expr:
    return Op("int32", name, args, bounds_of("int32", name, args))


def terms_bounds(terms: Terms, constant: int = 0) -> Bounds:
    low = high = float(constant)
    for term, factor in terms.items():
        ends = [factor * bound if bound else 0 for bound in term.bounds]
        low, high = low + min(ends), high + max(ends)
    return low, high


def difference(a: Expr, b: Expr) -> Bounds:
    """Bounds of a - b."""
    if a.dtype == b.dtype == "int32":
        (terms, constant), (more, rest) = linear(a), linear(b)
        terms = dict(terms)
        for term, factor in more.items():
            terms[term] = terms.get(term, 0) - factor
        return terms_bounds({t: f for t, f in terms.items() if f}, constant - rest)
    if a.bounds == ANY or b.bounds == ANY:
        return ANY
    return a.bounds[0] - b.bounds[1], a.bounds[1] - b.bounds[0]


def bounds_of(dtype: str, name: str, args: tuple[Expr, ...]) -> Bounds:
    """What the result lies between; integers that overflow wrap around."""
    widest = LIMITS.get(dtype, ANY)
    low, high = raw_bounds(name, *(arg.bounds for arg in args))
    if math.isnan(low) or math.isnan(high):
        return widest
    if is_integer(dtype):
        if name == "cast" and not is_integer(args[0].dtype):
            return max(widest[0], math.trunc(low) if math.isfinite(low) else low), min(
                widest[1], math.trunc(high) if math.isfinite(high) else high
            )
        return (low, high) if fits((low, high), dtype) else widest
    return rounded(low, -math.inf), rounded(high, math.inf)


def rounded(bound: float, towards: float) -> float:
    """The next float32, unless `bound` is one: C rounds each result, or that of a product and a sum."""
    with np.errstate(over="ignore"):
        nearest = np.float32(bound)
    beyond = float(nearest) < bound if towards > 0 else float(nearest) > bound
    return float(np.nextafter(nearest, np.float32(towards)) if beyond else nearest)


def raw_bounds(name: str, *of: Bounds) -> Bounds:
    match name:
        case "add":
            return of[0][0] + of[1][0], of[0][1] + of[1][1]
        case "sub":
            return of[0][0] - of[1][1], of[0][1] - of[1][0]
        case "mul":
            ends = [x * y if x and y else 0 for x, y in product(*of)]
            return min(ends), max(ends)
        case "neg":
            return -of[0][1], -of[0][0]
        case "min" | "max":
            pick = min if name == "min" else max
            return pick(of[0][0], of[1][0]), pick(of[0][1], of[1][1])
        case "select":
            return min(of[1][0], of[2][0]), max(of[1][1], of[2][1])
        case "cast":
            return of[0]
        case "floordiv" if of[1][0] == of[1][1] > 0:
            return of[0][0] // of[1][0], of[0][1] // of[1][0]
        case "floormod" if of[1][0] == of[1][1] > 0:
            return 0, min(of[1][0] - 1, of[0][1]) if of[0][0] >= 0 else of[1][0] - 1
        case "floor" | "ceil" | "round" | "trunc":
            down, up = (math.floor, math.floor) if name == "floor" else (math.floor, math.ceil)
            low, high = of[0]
            return (down(low) if math.isfinite(low) else low), (
                up(high) if math.isfinite(high) else high
            )
        case "nearest" | "nearest_away":
            return of[1][0], of[2][0]
        case "index":
            return -INDEX, INDEX
        case "abs":
            return 0, max(abs(of[0][0]), abs(of[0][1]))
    return ANY
