"""What a loop would compute again and again, once before it; what is computed twice, once.

A C compiler does the same for sums and products, not for square roots, quotients and functions, which may set
errno or trap; and readers do it for themselves.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from tinycompile.tir.inline import cost
from tinycompile.tir.simplify import rebuild
from tinycompile.tir.tree import (
    Buffer,
    Const,
    Declare,
    Expr,
    Let,
    Load,
    Loop,
    Op,
    Statement,
    Store,
    Var,
    bodies,
    expressions,
    map_expressions,
    subexpressions,
    walk,
)

_NAMES = {
    "sqrt": "root",
    "exp": "power",
    "sub": "difference",
    "add": "value",
    "mul": "product",
    "div": "ratio",
    "floor": "whole",
    "cast": "number",
    "min": "bounded",
    "max": "bounded",
    "select": "chosen",
}
_LAZY = {"select": 1, "and": 1, "or": 1}  # operators whose later operands may not be computed


def hoist(block: list[Statement]) -> None:
    _invariants(block)
    _repetitions(block)
    _second_names(block)


def named(expr: Expr) -> Var:
    """A variable for `expr`, called after what it is."""
    name = "value"
    if isinstance(expr, Op):
        name = _NAMES.get(expr.name, expr.name)
        if expr.name == "div" and isinstance(expr.args[0], Const):
            name = "inverse"
    return Var(expr.dtype, name, expr.bounds)


# --- Out of loops ---------------------------------------------------------------------------------


def _invariants(block: list[Statement]) -> None:
    """Outermost loops first: what no loop changes ends before all of them."""
    position = 0
    while position < len(block):
        statement = block[position]
        if isinstance(statement, Loop):
            found = list(dict.fromkeys(_candidates(statement)))
            values: dict[Expr, Expr] = {expr: named(expr) for expr in found}
            for loop in walk([statement]):
                if isinstance(loop, Loop):
                    for end, name in ((loop.start, "start"), (loop.stop, "end")):
                        if end in values:
                            values[end] = Var("int32", f"{loop.variable.name}_{name}", end.bounds)
            _replace([statement], values)
            lets = [Let(var, expr) for expr, var in values.items() if isinstance(var, Var)]
            block[position:position] = lets
            position += len(lets)
        for body in bodies(statement):
            _invariants(body)
        position += 1


def _candidates(loop: Loop) -> Iterator[Expr]:
    inside = list(walk(loop.body))
    written = {s.buffer for s in inside if isinstance(s, Store)}
    changing = {loop.variable}
    changing |= {s.variable for s in inside if isinstance(s, Loop | Let)}
    if _worth(loop.stop):  # C would compute it before every step
        yield loop.stop
    if _worth(loop.start):
        yield loop.start
    for statement, certain in _with_certainty(loop.body):
        for expr in expressions(statement):
            yield from _parts(expr, changing, written, certain)


def _with_certainty(block: list[Statement]) -> Iterator[tuple[Statement, bool]]:
    """The statements in `block`, and whether they run whenever it does."""
    for statement in block:
        yield statement, True
        certain = isinstance(statement, Loop) and isinstance(statement.stop, Const)
        for body in bodies(statement):
            for inner, sure in _with_certainty(body):
                yield inner, sure and certain


def _parts(expr: Expr, changing: set[Var], written: set[Buffer], certain: bool) -> Iterator[Expr]:
    """The largest parts of `expr` that are the same in every step, if they are worth it."""
    same = not (expr.variables & changing or expr.buffers & written)
    if same and _worth(expr) and (certain or _is_safe(expr)):
        yield expr
        return
    lazy = _LAZY.get(expr.name) if isinstance(expr, Op) else None
    for position, child in enumerate(expr.children):
        sure = certain and (lazy is None or position < lazy)
        yield from _parts(child, changing, written, sure)


@lru_cache(1 << 16)
def _worth(expr: Expr) -> bool:
    """More than the C compiler hoists by itself, or readers like to see again."""
    if cost(expr) > 1:
        return True
    kinds = ("min", "max", "floordiv", "floormod")
    return isinstance(expr, Op) and any(
        isinstance(part, Op) and part.name in kinds for part in subexpressions(expr)
    )


def _is_safe(expr: Expr) -> bool:
    """Whether it may be computed where it was not: it reads only what is there, and divides no integers."""
    for part in subexpressions(expr):
        if isinstance(part, Op) and part.name in ("div", "mod") and part.dtype != "float32":
            return False
        if isinstance(part, Load):
            low, high = part.indices[0].bounds if part.indices else (0, 0)
            known = part.buffer.role in ("input", "constant")
            if not known or low < 0 or high >= part.buffer.size:
                return False
    return True


def _replace(block: list[Statement], values: dict[Expr, Expr]) -> None:
    if values:
        memo: dict[Expr, Expr] = {}
        map_expressions(block, lambda expr: _largest(expr, values, memo))


def _largest(expr: Expr, values: dict[Expr, Expr], memo: dict[Expr, Expr]) -> Expr:
    """`expr` with `values` in it, from the outside in: a part of what is replaced is not looked at."""
    if expr in values:
        return values[expr]
    if expr not in memo:
        inner = {child: _largest(child, values, memo) for child in expr.children}
        changed = any(a is not b for a, b in inner.items())
        memo[expr] = rebuild(expr, lambda _: None, inner) if changed else expr
    return memo[expr]


def _second_names(block: list[Statement]) -> None:
    """Leave out variables that are only another name of one."""
    first: dict[Expr, Expr] = {}
    for statement in walk(block):
        if isinstance(statement, Let) and isinstance(statement.value, Var):
            first[statement.variable] = first.get(statement.value, statement.value)
    _replace(block, first)
    for body in (block, *(body for statement in walk(block) for body in bodies(statement))):
        body[:] = [s for s in body if not (isinstance(s, Let) and s.variable in first)]


# --- In straight lines ----------------------------------------------------------------------------


def _repetitions(block: list[Statement]) -> None:
    for statement in block:
        for body in bodies(statement):
            _repetitions(body)
    start = 0
    while start < len(block):
        stop = start
        while stop < len(block) and isinstance(block[stop], Store | Let | Declare):
            stop += 1
        if stop > start:
            run = _shared(block[start:stop])
            block[start:stop] = run
            start += len(run)
        start += 1


def _shared(run: list[Statement]) -> list[Statement]:
    """`run`, what is computed twice in it bound before; nothing that it writes is taken for the same."""
    run = _forwarded(run)
    written = {s.buffer for s in run if isinstance(s, Store)}
    while True:
        counts: Counter[Expr] = Counter()
        for statement in run:
            for expr in expressions(statement):
                counts.update(_occurrences(expr, True))
        repeated = [
            expr
            for expr, times in counts.items()
            if times > 1 and (cost(expr) or _worth(expr)) and not expr.buffers & written
        ]
        if not repeated:
            return run
        largest = max(repeated, key=lambda e: (sum(1 for _ in subexpressions(e)), -e.order))
        variable = named(largest)
        first = next(i for i, s in enumerate(run) if _contains(s, largest))
        _replace(run, {largest: variable})
        run.insert(first, Let(variable, largest))


def _occurrences(expr: Expr, certain: bool) -> Iterator[Expr]:
    """Every part of `expr` as often as it is written, if it is surely computed."""
    if isinstance(expr, Const | Var):
        return
    if certain or _is_safe(expr):
        yield expr
    lazy = _LAZY.get(expr.name) if isinstance(expr, Op) else None
    for position, child in enumerate(expr.children):
        yield from _occurrences(child, certain and (lazy is None or position < lazy))


def _contains(statement: Statement, wanted: Expr) -> bool:
    return any(wanted in subexpressions(expr) for expr in expressions(statement))


def _forwarded(run: list[Statement]) -> list[Statement]:
    """What is stored and read again in `run` is not read."""
    result: list[Statement] = []
    for i, statement in enumerate(run):
        result.append(statement)
        if not isinstance(statement, Store) or not statement.indices:
            continue
        load = Load(statement.buffer.dtype, statement.buffer, statement.indices)
        rest = run[i + 1 :]
        if any(isinstance(s, Store) and s.buffer is statement.buffer for s in rest):
            continue
        if any(_contains(later, load) for later in rest):
            value = statement.value
            if not isinstance(value, Var):
                variable = named(value)
                result.insert(-1, Let(variable, value))
                statement.value = value = variable
            _replace(rest, {load: value})
    return result
