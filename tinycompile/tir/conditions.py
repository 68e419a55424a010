"""Conditions that are known from the bounds of what they compare."""

from tinycompile.tir.sums import difference
from tinycompile.tir.tree import Const, Expr, Op, is_integer

TRUE, FALSE = Const("bool", 1), Const("bool", 0)


def less(dtype: str, a: Expr, b: Expr) -> Expr | None:
    low, high = difference(a, b)
    if is_integer(a.dtype):
        if high < 0:
            return TRUE
        if low >= 0:
            return FALSE
    return None


def less_equal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    low, high = difference(a, b)
    if is_integer(a.dtype):
        if high <= 0:
            return TRUE
        if low > 0:
            return FALSE
    return None


def equal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if not is_integer(a.dtype):
        return None
    if a == b:
        return TRUE
    low, high = difference(a, b)
    return FALSE if low > 0 or high < 0 else None


def unequal(dtype: str, a: Expr, b: Expr) -> Expr | None:
    same = equal(dtype, a, b)
    return None if same is None else negated("bool", same)


def both(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const):
        return b if a.value else a
    if isinstance(b, Const):
        return a if b.value else b
    return a if b in conjuncts(a) else None


def either(dtype: str, a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Const):
        return a if a.value else b
    if isinstance(b, Const):
        return b if b.value else a
    return a if a == b else None


def negated(dtype: str, a: Expr) -> Expr | None:
    if isinstance(a, Const):
        return FALSE if a.value else TRUE
    if isinstance(a, Op) and a.name == "not":
        return a.args[0]
    if isinstance(a, Op) and a.name in ("lt", "le") and is_integer(a.args[0].dtype):
        name = "le" if a.name == "lt" else "lt"
        return Op("bool", name, (a.args[1], a.args[0]), (0, 1))
    return None


def conjuncts(condition: Expr) -> list[Expr]:
    if isinstance(condition, Op) and condition.name == "and":
        return [*conjuncts(condition.args[0]), *conjuncts(condition.args[1])]
    return [condition]
