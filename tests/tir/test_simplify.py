"""Whatever is made simpler keeps its value, and stays within its bounds."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinycompile.tir.simplify import cast, const, op
from tinycompile.tir.sums import index
from tinycompile.tir.tree import Const, Expr, Op, Var

LENGTHS = (2, 3, 4, 7, 8)
VARIABLES = tuple(Var("int32", f"i{n}", (0, n - 1)) for n in LENGTHS)
Plain = tuple[
    Any, ...
]  # (name, operands...), an integer, or the number of a variable as ("var", n)

leaves = st.one_of(
    st.integers(-9, 40), st.tuples(st.just("var"), st.integers(0, len(VARIABLES) - 1))
)


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    divisor = st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16])
    conditions = st.tuples(st.sampled_from(["lt", "le", "eq", "ne"]), inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from(["add", "sub", "min", "max"]), inner, inner),
        st.tuples(st.just("mul"), inner, st.integers(-4, 12)),
        st.tuples(st.sampled_from(["floordiv", "floormod", "div", "mod"]), inner, divisor),
        st.tuples(st.just("select"), conditions, inner, inner),
    )


def made(plain: Any) -> Expr:
    if isinstance(plain, int):
        return index(plain)
    name, *rest = plain
    if name == "var":
        return VARIABLES[rest[0]]
    dtype = "bool" if name in ("lt", "le", "eq", "ne") else "int32"
    return op(dtype, name, *map(made, rest))


def quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


MEANING = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "min": min,
    "max": max,
    "floordiv": lambda a, b: a // b,
    "floormod": lambda a, b: a % b,
    "div": quotient,
    "mod": lambda a, b: a - b * quotient(a, b),
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "select": lambda c, a, b: a if c else b,
}


def of_plain(plain: Any, values: list[int]) -> int:
    if isinstance(plain, int):
        return plain
    name, *rest = plain
    if name == "var":
        return values[rest[0]]
    result: int = MEANING[name](*(of_plain(part, values) for part in rest))
    return result


def of_expr(expr: Expr, values: list[int]) -> int:
    if isinstance(expr, Const):
        return int(expr.value)
    if isinstance(expr, Var):
        return values[VARIABLES.index(expr)]
    assert isinstance(expr, Op)
    result: int = MEANING[expr.name](*(of_expr(part, values) for part in expr.args))
    return result


@settings(max_examples=300, deadline=None)
@given(
    plain=st.recursive(leaves, grown, max_leaves=12),
    values=st.tuples(*(st.integers(0, n - 1) for n in LENGTHS)).map(list),
)
def test_simpler_is_equal(plain: Any, values: list[int]) -> None:
    expr = made(plain)
    wanted = of_plain(plain, values)
    assert of_expr(expr, values) == wanted
    assert expr.bounds[0] <= wanted <= expr.bounds[1]


reals = st.floats(-1e3, 1e3, width=32)
steps = st.lists(
    st.tuples(st.sampled_from(["add", "sub", "mul"]), reals, st.booleans()), max_size=3
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 300), steps)
def test_reals_are_within_their_bounds_when_rounded(last: int, steps: Any) -> None:
    """Bounds of what float32 makes of an index, at whose ends they lie; fused with a product or not."""
    expr: Expr = cast(Var("int32", "i", (0, last)), "float32")
    for name, value, _ in steps:
        expr = op("float32", name, expr, const("float32", value))
    for i in (0, last):
        x, exact = np.float32(i), float(i)
        for name, value, fused in steps:
            exact = float(MEANING[name](exact if fused else float(x), value))
            x = np.float32(exact)
        assert expr.bounds[0] <= x <= expr.bounds[1]


def test_an_address_taken_apart_is_put_together_again() -> None:
    i = Var("int32", "i", (0, 99))
    rest = op("int32", "floormod", i, index(7))
    whole = op("int32", "floordiv", i, index(7))
    again = op("int32", "add", op("int32", "mul", whole, index(7)), rest)
    assert again == i
