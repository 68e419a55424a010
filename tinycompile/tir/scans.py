"""Cumulative sums and products, which TVM has loops for only on some targets."""

from tvm import relax

from tinycompile.tir.simplify import cast, const, op
from tinycompile.tir.stage import Stage
from tinycompile.tir.sums import index
from tinycompile.tir.tree import Buffer, Declare, Expr, Load, Loop, Statement, Store, Var

SCANS = {"cumsum": "add", "cumprod": "mul"}
_BEGIN = {"cumsum": 0, "cumprod": 1}


def stage(call: relax.Call, data: Buffer, output: Buffer) -> Stage:
    """The scan `call` of `data`: without an axis it is of all elements in order."""
    name = str(call.op.name).removeprefix("relax.")
    loops = [walked(n) for n in data.shape]
    total = Buffer("total", output.dtype, ())
    so_far = Load(output.dtype, total, ())
    element = cast(Load(data.dtype, data, tuple(loops)), output.dtype)
    place = (_flat(loops, data.shape),) if call.attrs.axis is None else tuple(loops)
    grow = Store(total, (), op(output.dtype, SCANS[name], so_far, element))
    show = Store(output, place, so_far)
    block: list[Statement] = [show, grow] if call.attrs.exclusive else [grow, show]
    begin: list[Statement] = [
        Declare(total),
        Store(total, (), const(output.dtype, _BEGIN[name])),
    ]
    if call.attrs.axis is None:
        return Stage([], [], [], [*begin, *around(loops, block)])
    axis = int(call.attrs.axis) % len(loops)
    others = [loop for i, loop in enumerate(loops) if i != axis]
    return Stage([], [], [], around(others, [*begin, *around([loops[axis]], block)]))


def walked(length: int) -> Expr:
    """What walks along a dimension."""
    return index(0) if length == 1 else Var("int32", "i", (0, length - 1))


def around(loops: list[Expr], block: list[Statement]) -> list[Statement]:
    """`block` in `loops`, the first the outermost."""
    for variable in reversed(loops):
        if isinstance(variable, Var):
            block = [Loop(variable, index(0), index(int(variable.bounds[1]) + 1), block)]
    return block


def _flat(loops: list[Expr], shape: tuple[int, ...]) -> Expr:
    place: Expr = index(0)
    for variable, length in zip(loops, shape, strict=True):
        place = op("int32", "add", op("int32", "mul", place, index(length)), variable)
    return place
