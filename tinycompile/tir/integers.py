"""Sums of products of quantised values: added up as integers, scaled once.

sum((float)(a - 3) * 0.1f * ((float)(b + 4) * 0.2f)) is (float)sum((a - 3) * (b + 4)) * 0.02f, which is
faster and nearer to the exact value.
"""

import math

from tinycompile.tir.inline import change
from tinycompile.tir.simplify import cast, op, substitute
from tinycompile.tir.stage import Stage, extent
from tinycompile.tir.sums import exact, index
from tinycompile.tir.tree import LIMITS, Buffer, Const, Expr, Load, Op, Store, Var, is_integer

# An integer, and what does not change in the sum, whose product a term is.
Split = tuple[Expr, list[Expr]]


def add_as_integers(stages: list[Stage]) -> list[Stage]:
    """`stages`, each float sum that can be one of integers followed by its scaling."""
    result: list[Stage] = []
    for stage in stages:
        result += _split_stage(stage) or [stage]
    return result


def bound_sums(stages: list[Stage]) -> None:
    """Let it be known where sums of integers cannot overflow."""
    for stage in stages:
        match stage.first, stage.body:
            case [Store(buffer, _, Const(_, 0))], [Store() as store] if is_integer(buffer.dtype):
                if (term := _term(store, buffer)) is not None:
                    largest = _largest(stage, term)
                    if largest <= LIMITS[buffer.dtype][1] // 2:
                        _limit(stage, buffer, largest)


def _limit(stage: Stage, buffer: Buffer, largest: float) -> None:
    buffer.limits = (-largest, largest)
    fresh: dict[Expr, Expr] = {}  # loads know the limits from when they are made

    def again(part: Expr) -> Expr | None:
        if isinstance(part, Load) and part.buffer is buffer:
            return fresh.setdefault(part, Load(part.dtype, buffer, part.indices))
        return None

    change(stage, again)


def _largest(stage: Stage, term: Expr) -> float:
    terms = math.prod(extent(variable) for variable in stage.reduced)
    return terms * max(abs(bound) for bound in term.bounds)


def _split_stage(stage: Stage) -> list[Stage] | None:
    match stage.first, stage.body:
        case [Store(buffer, indices, Const("float32", 0.0))], [Store() as store]:
            found = _term(store, buffer)
        case _:
            return None
    split = found and _split(found, set(stage.reduced))
    if not split or not all(isinstance(i, Var | Const) for i in indices):
        return None
    term, factors = split
    if not term.buffers:
        return None
    largest = _largest(stage, term)
    if largest > LIMITS["int32"][1] // 2:
        return None
    total = Buffer("sum", "int32", buffer.shape, limits=(-largest, largest))
    load = Load("int32", total, indices)
    stage.first = [Store(total, indices, index(0))]
    stage.body = [Store(total, indices, op("int32", "add", load, term))]
    stage.outputs = [total]
    return [stage, _scaling(stage, store, load, factors)]


def _scaling(stage: Stage, store: Store, load: Load, factors: list[Expr]) -> Stage:
    """The sum in steps of its scale, as its readers expect it."""
    new: dict[Var, Expr] = {v: Var("int32", v.name, v.limits) for v in stage.spatial}
    value: Expr = cast(load, "float32")
    scale: Expr | None = None
    for factor in factors:
        scale = factor if scale is None else op("float32", "mul", scale, factor)
    if scale is not None:
        value = op("float32", "mul", value, scale)
    indices = tuple(substitute(expr, new) for expr in store.indices)
    spatial = [v for v in new.values() if isinstance(v, Var)]
    return Stage(spatial, [], [], [Store(store.buffer, indices, substitute(value, new))])


def _term(store: Store, buffer: Buffer) -> Expr | None:
    """What `store` adds to its element."""
    value = store.value
    here = Load(buffer.dtype, buffer, store.indices)
    if store.buffer is buffer and isinstance(value, Op) and value.name == "add":
        return value.args[1] if value.args[0] == here else None
    return None


def _split(term: Expr, reduced: set[Var]) -> Split | None:
    if not term.variables & reduced:
        return index(1), [term]
    if not isinstance(term, Op):
        return None
    if term.name == "cast" and is_integer(term.args[0].dtype):
        inner = term.args[0]
        small = LIMITS["int32"][0] <= inner.bounds[0] and inner.bounds[1] <= LIMITS["int32"][1]
        return (cast(inner, "int32"), []) if small and inner.dtype != "bool" else None
    if term.name == "mul":
        first, second = (_split(arg, reduced) for arg in term.args)
        if first is None or second is None:
            return None
        (a, factors), (b, more) = first, second
        return (op("int32", "mul", a, b), [*factors, *more]) if exact("mul", a, b) else None
    if term.name == "select" and term.args[2] == Const("float32", 0.0):
        chosen = _split(term.args[1], reduced)
        if chosen is not None and not any(factor.buffers for factor in chosen[1]):
            return op("int32", "select", term.args[0], chosen[0], index(0)), chosen[1]
    return None
