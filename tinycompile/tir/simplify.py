"""Making expressions: `op` returns the simplest it knows, with bounds.

Sums of integers that cannot overflow are kept as terms times factors, the largest factor first, so that
addresses of equal elements are equal; what a division or a comparison must come to is decided here.
"""

import math
from collections.abc import Callable
from itertools import product

import numpy as np

from tinycompile.tir.tree import ANY, LIMITS, Bounds, Const, Expr, Load, Op, Var, fits, is_integer

Terms = dict[Expr, int]
INDEX = 2**22  # indices that are read from tensors are smaller


def const(dtype: str, value: float | int | bool) -> Const:
    if is_integer(dtype):
        return Const(dtype, int(value))
    return Const(dtype, float(np.float32(value)))


def index(value: int) -> Const:
    return Const("int32", value)


def op(dtype: str, name: str, *args: Expr) -> Expr:
    """`name` of `args`, as simple as can be."""
    rule = _RULES.get(name)
    if rule is not None and (simpler := rule(dtype, *args)) is not None:
        return simpler
    return Op(dtype, name, args, _bounds(dtype, name, args))


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


# --- Sums of integers -----------------------------------------------------------------------------


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
    if name in ("add", "sub", "mul"):
        return fits(_raw_bounds(name, *(arg.bounds for arg in args)), args[0].dtype)
    return True


def total(terms: Terms, constant: int) -> Expr:
    """The sum, in the one form that it has."""
    terms = _without_remainders(terms)
    parts = sorted(terms.items(), key=lambda item: (item[1] < 0, -abs(item[1]), item[0].order))
    result: Expr | None = None
    if parts and parts[0][1] < 0 and constant:  # 3 - x
        result, constant = index(constant), 0
    for term, factor in parts:
        if result is None:
            result = _product(term, factor)
        else:
            name = "add" if factor > 0 else "sub"
            result = _plain(name, result, _product(term, abs(factor)))
    if result is None:
        return index(constant)
    if constant:
        name = "add" if constant > 0 else "sub"
        result = _plain(name, result, index(abs(constant)))
    return result


def _product(term: Expr, factor: int) -> Expr:
    return term if factor == 1 else _plain("mul", term, index(factor))


def _plain(name: str, *args: Expr) -> Expr:
    return Op("int32", name, args, _bounds("int32", name, args))


def _without_remainders(terms: Terms) -> Terms:
    """c * (x / c) + x % c is x."""
    for term, factor in list(terms.items()):
        if not (isinstance(term, Op) and term.name == "floormod" and term in terms):
            continue
        whole = op("int32", "floordiv", *term.args)
        divisor = term.args[1]
        if isinstance(divisor, Const) and terms.get(whole) == factor * divisor.value:
            rest = {t: f for t, f in terms.items() if t not in (term, whole)}
            for t, f in linear(term.args[0])[0].items():
                rest[t] = rest.get(t, 0) + f * factor
            if linear(term.args[0])[1] == 0:
                return _without_remainders({t: f for t, f in rest.items() if f})
    return terms


def _terms_bounds(terms: Terms, constant: int = 0) -> Bounds:
    low = high = float(constant)
    for term, factor in terms.items():
        ends = [factor * bound if bound else 0 for bound in term.bounds]
        low, high = low + min(ends), high + max(ends)
    return low, high


def _sum(dtype: str, name: str, a: Expr, b: Expr) -> Expr | None:
    sign = -1 if name == "sub" else 1
    (terms, constant), (more, rest) = linear(a), linear(b)
    terms = dict(terms)
    for term, factor in more.items():
        terms[term] = terms.get(term, 0) + sign * factor
    terms = {t: f for t, f in terms.items() if f}
    constant += sign * rest
    spread = sum(max(abs(bound) for bound in t.bounds) * abs(f) for t, f in terms.items())
    if spread + abs(constant) > LIMITS["int32"][1]:
        return None
    return total(terms, constant)


# --- Rules ----------------------------------------------------------------------------------------


def _add(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if dtype == "int32":
        return _sum(dtype, "add", a, b)
    return _folded(dtype, "add", a, b)


def _sub(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if dtype == "int32":
        return _sum(dtype, "sub", a, b)
    return _folded(dtype, "sub", a, b)


def _mul(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const) and not isinstance(b, Const):
        a, b = b, a
    if isinstance(b, Const):
        if b.value == 1:
            return a
        if b.value == -1 and dtype == "float32":
            return op(dtype, "neg", a)
        if dtype == "int32":
            terms, constant = linear(a)
            scaled_terms = {t: f * int(b.value) for t, f in terms.items() if b.value}
            low, high = _terms_bounds(scaled_terms, constant * int(b.value))
            if fits((low, high), dtype):
                return total(scaled_terms, constant * int(b.value))
        if folded := _folded(dtype, "mul", a, b):
            return folded
        return Op(dtype, "mul", (a, b), _bounds(dtype, "mul", (a, b)))
    return None


def _div(dtype: str, a: Expr, b: Expr) -> Expr | None:
    """Of floats, or of integers towards zero."""
    if isinstance(b, Const) and b.value == 1:
        return a
    if dtype == "float32" and isinstance(b, Const) and b.value:
        mantissa, exponent = math.frexp(b.value)
        if abs(mantissa) == 0.5 and abs(exponent) < 100:
            return op(dtype, "mul", a, const(dtype, 1 / b.value))
        return _folded(dtype, "div", a, b)
    if is_integer(dtype) and a.bounds[0] >= 0 and isinstance(b, Const) and b.value > 0:
        return op(dtype, "floordiv", a, b)
    return None


def _mod(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if is_integer(dtype) and a.bounds[0] >= 0 and isinstance(b, Const) and b.value > 0:
        return op(dtype, "floormod", a, b)
    return None


def _split(a: Expr, divisor: int) -> tuple[Terms, int, Terms, int]:
    """`a` as divisor * (terms, constant) + (terms, constant)."""
    terms, constant = linear(a)
    whole = {t: f // divisor for t, f in terms.items() if f % divisor == 0}
    rest = {t: f for t, f in terms.items() if f % divisor}
    quotient, remainder = divmod(constant, divisor)
    return whole, quotient, rest, remainder


def _floordiv(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if not (dtype == "int32" and isinstance(b, Const) and b.value > 0):
        return None
    divisor = int(b.value)
    if divisor == 1:
        return a
    if isinstance(a, Op) and a.name == "floordiv" and isinstance(a.args[1], Const):
        return op(dtype, "floordiv", a.args[0], index(divisor * int(a.args[1].value)))
    whole, quotient, rest, remainder = _split(a, divisor)
    low, high = _terms_bounds(rest, remainder)
    if math.isfinite(low) and math.isfinite(high) and low // divisor == high // divisor:
        return total(whole, quotient + int(low // divisor))
    for factor in sorted({math.gcd(f, divisor) for f in rest.values()} - {1}, reverse=True):
        coarse = {t: f for t, f in rest.items() if f % factor == 0}
        fine = {t: f for t, f in rest.items() if f % factor}
        shift = remainder // factor
        lowest, highest = _terms_bounds(fine, remainder - shift * factor)
        if lowest >= 0 and highest < factor:
            smaller = total({t: f // factor for t, f in coarse.items()}, shift)
            inner = op(dtype, "floordiv", smaller, index(divisor // factor))
            return op(dtype, "add", total(whole, quotient), inner)
    if whole or quotient:
        inner = _plain("floordiv", total(rest, remainder), b)
        return op(dtype, "add", total(whole, quotient), inner)
    return None


def _floormod(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if not (dtype == "int32" and isinstance(b, Const) and b.value > 0):
        return None
    divisor = int(b.value)
    if divisor == 1:
        return index(0)
    whole, _, rest, remainder = _split(a, divisor)
    low, high = _terms_bounds(rest, remainder)
    if math.isfinite(low) and math.isfinite(high) and low // divisor == high // divisor:
        return total(rest, remainder - int(low // divisor) * divisor)
    if isinstance(a, Op) and a.name == "floormod":
        inner = a.args[1]
        if isinstance(inner, Const) and int(inner.value) % divisor == 0:
            return op(dtype, "floormod", a.args[0], b)
    if whole:
        return op(dtype, "floormod", total(rest, remainder), b)
    return None


def _extreme(name: str, dtype: str, a: Expr, b: Expr) -> Expr | None:
    if a == b:
        return a
    low, high = _difference(a, b)
    if low >= 0 or (dtype == "float32" and high < 0):  # a is not less, and both are numbers
        return a if name == "max" else b
    if high <= 0 and is_integer(dtype):
        return b if name == "max" else a
    if isinstance(a, Const) and not isinstance(b, Const):
        return op(dtype, name, b, a)
    if isinstance(b, Const) and isinstance(a, Op) and a.name == name:
        inner, known = a.args
        if isinstance(known, Const):
            bound = (max if name == "max" else min)(known.value, b.value)
            return op(dtype, name, inner, Const(dtype, bound))
    return _folded(dtype, name, a, b)


def _difference(a: Expr, b: Expr) -> Bounds:
    """Bounds of a - b."""
    if a.dtype == b.dtype == "int32":
        (terms, constant), (more, rest) = linear(a), linear(b)
        terms = dict(terms)
        for term, factor in more.items():
            terms[term] = terms.get(term, 0) - factor
        return _terms_bounds({t: f for t, f in terms.items() if f}, constant - rest)
    if a.bounds == ANY or b.bounds == ANY:
        return ANY
    return a.bounds[0] - b.bounds[1], a.bounds[1] - b.bounds[0]


def _less(dtype: str, a: Expr, b: Expr) -> Expr | None:
    low, high = _difference(a, b)
    if is_integer(a.dtype):
        if high < 0:
            return const("bool", 1)
        if low >= 0:
            return const("bool", 0)
    return None


def _less_equal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    low, high = _difference(a, b)
    if is_integer(a.dtype):
        if high <= 0:
            return const("bool", 1)
        if low > 0:
            return const("bool", 0)
    return None


def _equal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if not is_integer(a.dtype):
        return None
    if a == b:
        return const("bool", 1)
    low, high = _difference(a, b)
    return const("bool", 0) if low > 0 or high < 0 else None


def _unequal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    equal = _equal(dtype, a, b)
    return None if equal is None else _not("bool", equal)


def _and(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const):
        return b if a.value else a
    if isinstance(b, Const):
        return a if b.value else b
    return a if b in conjuncts(a) else None


def _or(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const):
        return a if a.value else b
    if isinstance(b, Const):
        return b if b.value else a
    return a if a == b else None


def _not(dtype: str, a: Expr) -> Expr | None:
    if isinstance(a, Const):
        return const("bool", not a.value)
    if isinstance(a, Op) and a.name == "not":
        return a.args[0]
    if isinstance(a, Op) and a.name in ("lt", "le") and is_integer(a.args[0].dtype):
        return op("bool", "le" if a.name == "lt" else "lt", a.args[1], a.args[0])
    return None


def conjuncts(condition: Expr) -> list[Expr]:
    if isinstance(condition, Op) and condition.name == "and":
        return [*conjuncts(condition.args[0]), *conjuncts(condition.args[1])]
    return [condition]


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
    low, high = _raw_bounds(name, a.bounds, b.bounds)
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
    "floordiv": _floordiv,
    "floormod": _floormod,
    "min": lambda dtype, a, b: _extreme("min", dtype, a, b),
    "max": lambda dtype, a, b: _extreme("max", dtype, a, b),
    "lt": _less,
    "le": _less_equal,
    "eq": _equal,
    "ne": _unequal,
    "and": _and,
    "or": _or,
    "not": _not,
    "select": _select,
    "cast": _cast,
    "pow": _pow,
    "index": lambda dtype, a: a if isinstance(a, Const) else None,
}


# --- Bounds ---------------------------------------------------------------------------------------


def _bounds(dtype: str, name: str, args: tuple[Expr, ...]) -> Bounds:
    """What the result lies between; integers that overflow wrap around."""
    widest = LIMITS.get(dtype, ANY)
    low, high = _raw_bounds(name, *(arg.bounds for arg in args))
    if math.isnan(low) or math.isnan(high):
        return widest
    if is_integer(dtype):
        if name == "cast" and not is_integer(args[0].dtype):
            return max(widest[0], math.trunc(low) if math.isfinite(low) else low), min(
                widest[1], math.trunc(high) if math.isfinite(high) else high
            )
        return (low, high) if fits((low, high), dtype) else widest
    return low, high


def _raw_bounds(name: str, *of: Bounds) -> Bounds:
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
            return of[0][0] - 1, of[0][1] + 1
        case "nearest" | "nearest_away":
            return of[1][0], of[2][0]
        case "index":
            return -INDEX, INDEX
        case "abs":
            return 0, max(abs(of[0][0]), abs(of[0][1]))
    return ANY
