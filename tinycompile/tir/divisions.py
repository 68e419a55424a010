"""Sums, quotients and remainders of indices, in their one form."""

import math

from tinycompile.tir.sums import Terms, index, linear, plain, terms_bounds, total
from tinycompile.tir.tree import LIMITS, Const, Expr, Op


def collected(terms: Terms, constant: int) -> Expr:
    """The sum; c * (x / c) + x % c in it is x."""
    for term, factor in terms.items():
        if not (isinstance(term, Op) and term.name == "floormod"):
            continue
        inner, divisor = term.args
        if not isinstance(divisor, Const):
            continue
        whole = floordiv(inner, int(divisor.value))
        if whole is not term and terms.get(whole) == factor * divisor.value:
            rest = {t: f for t, f in terms.items() if t not in (term, whole)}
            more, extra = linear(inner)
            return collected(_merged(rest, more, factor), constant + factor * extra)
    return total(terms, constant)


def _merged(terms: Terms, more: Terms, factor: int) -> Terms:
    result = dict(terms)
    for term, times in more.items():
        result[term] = result.get(term, 0) + factor * times
    return {term: times for term, times in result.items() if times}


def added(a: Expr, b: Expr, sign: int = 1) -> Expr | None:
    """a + b or a - b, unless that may overflow."""
    (terms, constant), (more, rest) = linear(a), linear(b)
    terms, constant = _merged(terms, more, sign), constant + sign * rest
    spread = sum(max(abs(bound) for bound in t.bounds) * abs(f) for t, f in terms.items())
    if spread + abs(constant) > LIMITS["int32"][1]:
        return None
    return collected(terms, constant)


def _split(a: Expr, divisor: int) -> tuple[Terms, int, Terms, int]:
    """`a` as divisor * (terms + constant) + terms + constant."""
    terms, constant = linear(a)
    whole = {t: f // divisor for t, f in terms.items() if f % divisor == 0}
    rest = {t: f for t, f in terms.items() if f % divisor}
    return whole, constant // divisor, rest, constant % divisor


def _bucket(terms: Terms, constant: int, divisor: int) -> int | None:
    """The quotient of the sum by `divisor`, if it is always the same."""
    low, high = terms_bounds(terms, constant)
    if math.isinf(low) or math.isinf(high) or low // divisor != high // divisor:
        return None
    return int(low // divisor)


def floordiv(a: Expr, divisor: int) -> Expr:
    """`a` divided by `divisor`, towards minus infinity."""
    if divisor == 1:
        return a
    if isinstance(a, Op) and a.name == "floordiv" and isinstance(a.args[1], Const):
        return floordiv(a.args[0], divisor * int(a.args[1].value))
    whole, quotient, rest, remainder = _split(a, divisor)
    bucket = _bucket(rest, remainder, divisor)
    if bucket is not None:
        return collected(whole, quotient + bucket)
    inner = _coarser(rest, remainder, divisor)
    if inner is None:
        inner = plain("floordiv", collected(rest, remainder), index(divisor))
    terms, constant = linear(inner)
    return collected(_merged(whole, terms, 1), quotient + constant)


def _coarser(terms: Terms, constant: int, divisor: int) -> Expr | None:
    """The quotient of the sum, a factor that most terms share with the divisor left out of both."""
    for factor in sorted({math.gcd(f, divisor) for f in terms.values()} - {1}, reverse=True):
        fine = {t: f for t, f in terms.items() if f % factor}
        low, high = terms_bounds(fine, constant % factor)
        if low >= 0 and high < factor:
            coarse = {t: f // factor for t, f in terms.items() if f % factor == 0}
            return floordiv(collected(coarse, constant // factor), divisor // factor)
    return None


def floormod(a: Expr, divisor: int) -> Expr:
    """What floordiv leaves."""
    if divisor == 1:
        return index(0)
    if isinstance(a, Op) and a.name == "floormod":
        inner, known = a.args
        if isinstance(known, Const) and int(known.value) % divisor == 0:
            return floormod(inner, divisor)
    _, _, rest, remainder = _split(a, divisor)
    bucket = _bucket(rest, remainder, divisor)
    if bucket is not None:
        return collected(rest, remainder - bucket * divisor)
    rest = {term: factor % divisor for term, factor in rest.items()}
    return plain("floormod", collected(rest, remainder), index(divisor))
