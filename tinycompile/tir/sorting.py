"""Sorting, which TVM leaves to its run time: by insertion, in the output itself, equal elements in order."""

from collections.abc import Callable

from tvm import relax

from tinycompile.tir.scans import around, walked
from tinycompile.tir.simplify import cast, op
from tinycompile.tir.stage import Stage
from tinycompile.tir.sums import index
from tinycompile.tir.tree import (
    Buffer,
    Declare,
    Expr,
    If,
    Let,
    Load,
    Loop,
    Statement,
    Store,
    Var,
    While,
)

SORTS = frozenset({"topk", "sort", "argsort"})

At = Callable[[Expr], tuple[Expr, ...]]  # a place along the axis -> an element's indices


def stages(call: relax.Call, data: Buffer, outputs: list[Buffer]) -> list[Stage]:
    """The sort `call` of `data`; `outputs` are values, indices, or values and indices."""
    name = str(call.op.name).removeprefix("relax.")
    down = bool(call.attrs.largest if name == "topk" else call.attrs.descending)
    axis = int(call.attrs.axis) % max(len(data.shape), 1)
    only_indices = name == "argsort" or (name == "topk" and str(call.attrs.ret_type) == "indices")
    values = None if only_indices else outputs[0]
    indices = outputs[-1] if only_indices or len(outputs) == 2 else None
    loops = [walked(n) for n in data.shape]
    along = Var("int32", "i", (0, data.shape[axis] - 1))

    def at(place: Expr) -> tuple[Expr, ...]:
        return (*loops[:axis], place, *loops[axis + 1 :])

    if indices is not None:
        body = _indices(data, indices, at, along, down)
    else:
        assert values is not None
        body = _values(data, values, at, along, down)
    kept = outputs[0].shape[axis]
    if values is not None and indices is not None:
        place = Var("int32", "j", (0, kept - 1))
        chosen = op("int32", "index", Load(indices.dtype, indices, at(place)))
        copied = Store(values, at(place), Load(data.dtype, data, at(chosen)))
        body.append(Loop(place, index(0), index(kept), [copied]))
    return [Stage([], [], [], around([v for i, v in enumerate(loops) if i != axis], body))]


def _values(data: Buffer, values: Buffer, at: At, i: Var, down: bool) -> list[Statement]:
    new = Var(data.dtype, "value")
    kept = values.shape[next(p for p, expr in enumerate(at(i)) if expr is i)]

    def stored(place: Expr) -> Expr:
        return Load(values.dtype, values, at(place))

    first = Let(new, Load(data.dtype, data, at(i)))
    insertion = _insertion(i, kept, lambda j: _before(new, stored(j), down), values, at, new)
    return [Loop(i, index(0), index(int(i.bounds[1]) + 1), [first, *insertion])]


def _indices(data: Buffer, indices: Buffer, at: At, i: Var, down: bool) -> list[Statement]:
    kept = indices.shape[next(p for p, expr in enumerate(at(i)) if expr is i)]
    new = Var(data.dtype, "value")

    def known(place: Expr) -> Expr:
        chosen = op("int32", "index", Load(indices.dtype, indices, at(place)))
        return Load(data.dtype, data, at(chosen))

    first = Let(new, Load(data.dtype, data, at(i)))
    mine = cast(i, indices.dtype)
    insertion = _insertion(i, kept, lambda j: _before(new, known(j), down), indices, at, mine)
    return [Loop(i, index(0), index(int(i.bounds[1]) + 1), [first, *insertion])]


def _before(a: Expr, b: Expr, down: bool) -> Expr:
    return op("bool", "lt", *((b, a) if down else (a, b)))


def _insertion(
    i: Var, kept: int, before: Callable[[Expr], Expr], row: Buffer, at: At, new: Expr
) -> list[Statement]:
    """Put `new`, the `i`th, into the first `kept` of `row`: what comes after it moves on."""
    register = Buffer("place", "int32", ())
    place = op("int32", "index", Load("int32", register, ()))
    previous = op("int32", "sub", place, index(1))
    room = op("bool", "lt", place, index(kept))
    follows = op("bool", "and", op("bool", "lt", index(0), place), before(previous))
    move = Store(row, at(place), Load(row.dtype, row, at(previous)))
    back = Store(register, (), previous)
    all_kept = int(i.bounds[1]) < kept
    step: list[Statement] = [move if all_kept else If(room, [move]), back]
    last = Store(row, at(place), new)
    start = i if all_kept else op("int32", "min", i, index(kept))
    return [
        Declare(register),
        Store(register, (), start),
        While(follows, step),
        last if all_kept else If(room, [last]),
    ]
