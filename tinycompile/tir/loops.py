"""Loops made fewer."""

import math

from tinycompile.tir.conditions import conjuncts
from tinycompile.tir.divisions import collected
from tinycompile.tir.simplify import op, rebuild
from tinycompile.tir.stage import extent
from tinycompile.tir.sums import index, linear
from tinycompile.tir.tree import (
    Const,
    Expr,
    If,
    Load,
    Loop,
    Op,
    Statement,
    Store,
    Var,
    bodies,
    expressions,
    is_integer,
    map_expressions,
    walk,
)

LARGE = 3e38  # what is beyond stands for infinity


def collapse(block: list[Statement]) -> None:
    """Two loops, one directly in the other, that walk memory as one would, become one."""
    for statement in block:
        for body in bodies(statement):
            collapse(body)
        while isinstance(statement, Loop) and len(statement.body) == 1:
            (inner,) = statement.body
            if not (isinstance(inner, Loop) and _is_whole(statement) and _is_whole(inner)):
                break
            if not _walk_as_one(inner, statement.variable):
                break
            _merge(statement, inner)


def _is_whole(loop: Loop) -> bool:
    whole = index(0), index(extent(loop.variable))
    return isinstance(loop.stop, Const) and (loop.start, loop.stop) == whole


def _walk_as_one(inner: Loop, outer: Var) -> bool:
    length = extent(inner.variable)
    return all(
        _as_one(expr, outer, inner.variable, length)
        for statement in walk(inner.body)
        for expr in expressions(statement)
    )


def _as_one(expr: Expr, outer: Var, inner: Var, length: int) -> bool:
    """Whether `outer` and `inner` are only in `expr` as outer * length + inner."""
    if not {outer, inner} & expr.variables:
        return True
    if is_integer(expr.dtype) and expr.dtype == "int32":
        terms, _ = linear(expr)
        if terms.get(outer, 0) != terms.get(inner, 0) * length:
            return False
        return (
            all(_as_one(term, outer, inner, length) for term in terms if term not in (outer, inner))
            if (outer in terms or inner in terms or len(terms) > 1)
            else _children(expr, outer, inner, length)
        )
    return _children(expr, outer, inner, length)


def _children(expr: Expr, outer: Var, inner: Var, length: int) -> bool:
    return all(_as_one(child, outer, inner, length) for child in expr.children)


def _merge(outer: Loop, inner: Loop) -> None:
    count = extent(outer.variable) * extent(inner.variable)
    variable = Var("int32", "i", (0, count - 1))
    values: dict[Expr, Expr] = {outer.variable: index(0), inner.variable: variable}
    memo: dict[Expr, Expr] = {}
    outer.body = inner.body
    map_expressions(outer.body, lambda expr: rebuild(expr, values.get, memo))
    outer.variable, outer.stop = variable, index(count)


def clip(block: list[Statement]) -> None:
    """Leave out the steps of a sum that add nothing, or of a maximum, which are those in the padding."""
    _clip(block, [])


def _clip(block: list[Statement], around: list[Loop]) -> None:
    """`around` are the loops that hold nothing but the next one, the last of them `block`."""
    for position, statement in enumerate(block):
        alone = around if len(block) == 1 else []
        if isinstance(statement, Loop):
            _clip(statement.body, [*alone, statement])
        elif isinstance(statement, Store) and (found := _guard(statement)):
            condition, statement.value = found
            left = [c for c in conjuncts(condition) if not (alone and _bounded(alone, c))]
            left = _stepped(alone, left)
            if left:
                whole = left[0]
                for part in left[1:]:
                    whole = op("bool", "and", whole, part)
                block[position] = If(whole, [statement])
        else:
            for body in bodies(statement):
                _clip(body, [])


def _guard(store: Store) -> tuple[Expr, Expr] | None:
    """When the accumulation `store` changes something, and what it stores then."""
    value = store.value
    if not isinstance(value, Op) or value.name not in ("add", "max", "min"):
        return None
    here, term = value.args
    if not (isinstance(here, Load) and here.buffer is store.buffer and not here.indices):
        return None
    neutral = {"add": 0.0, "max": -math.inf, "min": math.inf}[value.name]
    if (found := _without_padding(term, neutral, value.name == "add")) is None:
        return None
    condition, term = found
    return condition, op(value.dtype, value.name, here, term)


def _without_padding(term: Expr, neutral: float, factors: bool) -> tuple[Expr, Expr] | None:
    """`term` where it is not `neutral`, with the condition for that."""
    if not isinstance(term, Op):
        return None
    if term.name == "select" and isinstance(term.args[2], Const):
        padding = term.args[2].value
        if padding == neutral or (neutral and abs(padding) > LARGE and padding * neutral > 0):
            condition, term = term.args[:2]
            if (more := _without_padding(term, neutral, factors)) is not None:
                return op("bool", "and", condition, more[0]), more[1]
            return condition, term
    if term.name == "mul" and factors:
        for i, factor in enumerate(term.args):
            if (found := _without_padding(factor, neutral, True)) is not None:
                rest = [*term.args]
                rest[i] = found[1]
                return found[0], op(term.dtype, "mul", *rest)
    return None


def _stepped(loops: list[Loop], conditions: list[Expr]) -> list[Expr]:
    """Make loops step from multiple to multiple where `conditions` ask for one; those that are left."""
    left = list(conditions)
    for condition in conditions:
        match condition:
            case Op("bool", "eq", (Op("int32", "floormod", (of, Const(_, step))), Const(_, 0))):
                pass
            case _:
                continue
        inner = next((loop for loop in reversed(loops) if loop.variable in of.variables), None)
        terms, constant = linear(of)
        factor = terms.pop(inner.variable, 0) if inner else 0
        if inner is None or abs(factor) != 1 or any(inner.variable in t.variables for t in terms):
            continue
        rest = op("int32", "mul", collected(terms, constant), index(-factor))
        first = op("int32", "floormod", rest, index(int(step)))
        left.remove(condition)
        left = _walk_every(inner, int(step), first, left)
    return left


def _walk_every(loop: Loop, step: int, first: Expr, conditions: list[Expr]) -> list[Expr]:
    """Let `loop` walk what is `first` plus a multiple of `step`; `conditions` said of its new variable."""
    old = loop.variable
    variable = Var("int32", old.name, (0, extent(old) // step))
    place = op("int32", "add", op("int32", "mul", variable, index(step)), first)
    memo: dict[Expr, Expr] = {old: place}
    map_expressions(loop.body, lambda expr: rebuild(expr, lambda _: None, memo))
    shift = op("int32", "sub", index(step - 1), first)
    loop.variable = variable
    loop.start, loop.stop = (
        op("int32", "floordiv", op("int32", "add", end, shift), index(step))
        for end in (loop.start, loop.stop)
    )
    return [rebuild(condition, lambda _: None, memo) for condition in conditions]


def _bounded(loops: list[Loop], condition: Expr) -> bool:
    """Make `condition` a bound of the innermost loop whose variable is in it, if it can be."""
    inner = next((loop for loop in reversed(loops) if loop.variable in condition.variables), None)
    if inner is None or not (isinstance(condition, Op) and condition.name in ("lt", "le")):
        return False
    variable = inner.variable
    a, b = condition.args
    terms, constant = linear(op("int32", "sub", b, a))
    least = 1 if condition.name == "lt" else 0
    factor = terms.pop(variable, 0)
    if not factor or any(variable in term.variables for term in terms):
        return False
    rest = collected(terms, constant)  # factor * variable + rest >= least
    if factor > 0:
        low = op("int32", "sub", index(least + factor - 1), rest)
        start = op("int32", "floordiv", low, index(factor))
        inner.start = op("int32", "max", start, inner.start)
    else:
        high = op("int32", "sub", rest, index(least))
        stop = op("int32", "add", op("int32", "floordiv", high, index(-factor)), index(1))
        inner.stop = op("int32", "min", stop, inner.stop)
    return True
