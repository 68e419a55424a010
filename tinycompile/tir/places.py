"""Where the largest or smallest element is: an int32 until it is stored, of equal ones the first."""

import math

from tvm import relax

from tinycompile.tir.simplify import cast, const, op
from tinycompile.tir.stage import Stage
from tinycompile.tir.sums import index
from tinycompile.tir.tree import LIMITS, Buffer, Const, Expr, Let, Load, Statement, Store, Var

PLACES = frozenset({"argmax", "argmin"})


def stages(call: relax.Call, data: Buffer, output: Buffer) -> list[Stage]:
    """The search `call` in `data`; without an axis it is in all elements in order."""
    down = str(call.op.name).endswith("min")
    axis = call.attrs.axis
    searched = range(len(data.shape)) if axis is None else [int(axis) % len(data.shape)]
    walked = [index(0) if n == 1 else Var("int32", "i", (0, n - 1)) for n in data.shape]
    kept = tuple(v for i, v in enumerate(walked) if i not in searched)
    if call.attrs.keepdims:
        kept = tuple(index(0) if i in searched else v for i, v in enumerate(walked))
    place = _register("place", "int32", output, (0, max(0, math.prod(data.shape) - 1)))
    best = _register("best", data.dtype, output)
    element = Load(data.dtype, data, tuple(walked))
    known = Load(data.dtype, best, kept)
    better = Var("bool", "better", (0, 1))
    flat: Expr = index(0)
    for i in searched:
        flat = op("int32", "add", op("int32", "mul", flat, index(data.shape[i])), walked[i])
    body: list[Statement] = [
        Let(better, op("bool", "lt", *((element, known) if down else (known, element)))),
        Store(place, kept, op("int32", "select", better, flat, Load("int32", place, kept))),
        Store(best, kept, op(data.dtype, "select", better, element, known)),
    ]
    first = [Store(place, kept, index(0)), Store(best, kept, _worst(data.dtype, down))]
    spatial = [v for v in kept if isinstance(v, Var)]
    reduced = [walked[i] for i in searched if isinstance(walked[i], Var)]
    search = Stage(spatial, [v for v in reduced if isinstance(v, Var)], first, body)
    return [search, _stored(place, output)]


def _register(
    name: str, dtype: str, output: Buffer, limits: tuple[float, float] | None = None
) -> Buffer:
    made = Buffer(name, dtype, output.shape)
    if limits is not None:
        made.limits = limits
    return made


def _worst(dtype: str, down: bool) -> Const:
    if dtype == "float32":
        return const(dtype, math.inf if down else -math.inf)
    return const(dtype, LIMITS[dtype][down])


def _stored(place: Buffer, output: Buffer) -> Stage:
    walked = [index(0) if n == 1 else Var("int32", "i", (0, n - 1)) for n in output.shape]
    value = cast(Load("int32", place, tuple(walked)), output.dtype)
    spatial = [v for v in walked if isinstance(v, Var)]
    return Stage(spatial, [], [], [Store(output, tuple(walked), value)])
