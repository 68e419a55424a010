"""Stages that are computed where they are read, rather than before it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

from tinycompile.tir.simplify import const, op, rebuild, substitute
from tinycompile.tir.stage import Stage
from tinycompile.tir.tree import (
    Buffer,
    Const,
    Expr,
    Load,
    Op,
    Store,
    Var,
    expressions,
    is_integer,
    map_expressions,
    subexpressions,
)

CHEAP = 4  # what may be computed again to save a tensor: dequantize, a bias, a bound
_FREE = {"cast", "select", "and", "or", "not", "lt", "le", "eq", "ne"}
_ROUNDING = {"nearest", "nearest_away"}
_COSTS = {
    "nearest": 8,
    "nearest_away": 10,
    "div": 14,
    "min": 2,
    "max": 2,
    "neg": 1,
    "abs": 1,
    "add": 1,
    "sub": 1,
    "mul": 1,
}
CALL = 40  # of a function of libm


@lru_cache(1 << 16)
def cost(expr: Expr) -> int:
    """Of computing `expr` once, in cycles or so; addresses are free."""
    total = 0
    for part in subexpressions(expr):
        if isinstance(part, Op) and part.name not in _FREE:
            if is_integer(part.dtype) and part.name not in _ROUNDING:
                total += 1 if part.buffers else 0
            else:
                total += _COSTS.get(part.name, CALL)
    return total


def inline(stages: list[Stage], kept: set[Buffer]) -> list[Stage]:
    """`stages` without those that may be computed by their readers; outputs are `kept`."""
    left = list(stages)
    for stage in stages:
        store = stage.pointwise
        if store is None or store.buffer in kept or not _is_only(left, stage, store.buffer):
            continue
        readers = [
            reader for reader in left if reader is not stage and store.buffer in reader.reads
        ]
        if readers and not worth(stage, store, readers):
            continue
        for reader in readers:
            change(reader, _replacing(store))
        left.remove(stage)
    return left


def _is_only(stages: list[Stage], stage: Stage, buffer: Buffer) -> bool:
    return not any(buffer in other.outputs for other in stages if other is not stage)


def worth(stage: Stage, store: Store, readers: list[Stage]) -> bool:
    """Whether computing where it is read takes little more time than before."""
    price = cost(store.value)
    if price == 0 and all(reader.is_regular for reader in readers):
        return True
    if not all(reader.is_regular for reader in readers):
        return price == 0
    evaluations = sum(reader.count * len(places(reader, store.buffer)) for reader in readers)
    if evaluations <= stage.count:
        return True
    return price <= CHEAP and not any(_per_row(reader, store.buffer) for reader in readers)


def _per_row(reader: Stage, buffer: Buffer) -> bool:
    """Whether `reader` needs an element of `buffer` for each step of its outer loops: a register holds it."""
    for indices in places(reader, buffer):
        walked = [expr for expr in indices if not isinstance(expr, Const)]
        if len(walked) >= len(reader.spatial) or walked != reader.spatial[: len(walked)]:
            return False
    return True


def places(stage: Stage, buffer: Buffer) -> set[tuple[Expr, ...]]:
    """The indices at which `stage` reads `buffer`."""
    return {
        part.indices
        for statement in stage.statements
        for expr in expressions(statement)
        for part in subexpressions(expr)
        if isinstance(part, Load) and part.buffer is buffer
    }


def _replacing(store: Store) -> Callable[[Expr], Expr | None]:
    def replace(part: Expr) -> Expr | None:
        if not (isinstance(part, Load) and part.buffer is store.buffer):
            return None
        values: dict[Var, Expr] = {}
        for variable, value in zip(store.indices, part.indices, strict=True):
            if isinstance(variable, Var):
                values[variable] = value
        return substitute(store.value, values)

    return replace


def change(stage: Stage, how: Callable[[Expr], Expr | None]) -> None:
    """Rebuild every expression of `stage`."""
    memo: dict[Expr, Expr] = {}

    def rebuilt(expr: Expr) -> Expr:
        return rebuild(expr, how, memo)

    map_expressions([*stage.first, *stage.body], rebuilt)


def replace_uniform(stages: list[Stage], constants: dict[Buffer, NDArray[Any]]) -> list[Stage]:
    """`stages`, constants of which all elements are equal made literals."""

    def literal(part: Expr) -> Expr | None:
        if not (isinstance(part, Load) and part.buffer in constants):
            return None
        values = constants[part.buffer].reshape(-1)
        same = values.size > 0 and values[0] == values[0] and bool((values == values[0]).all())
        return const(part.dtype, values[0].item()) if same else None

    for stage in stages:
        change(stage, literal)
    return stages


def round_away(stages: list[Stage]) -> None:
    """Let quantising round halves away from zero."""

    def away(part: Expr) -> Expr | None:
        if isinstance(part, Op) and part.name == "nearest":
            return op(part.dtype, "nearest_away", *part.args)
        return None

    for stage in stages:
        change(stage, away)
