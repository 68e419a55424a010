"""A loop whose variable is divided in it becomes two, of quotient and remainder: nothing is divided."""

from tinycompile.tir.inline import change
from tinycompile.tir.simplify import op
from tinycompile.tir.stage import Stage, extent
from tinycompile.tir.sums import index
from tinycompile.tir.tree import Const, Op, Var, expressions, subexpressions

DEEPEST = 3  # loops that one becomes


def split(stages: list[Stage]) -> None:
    """Split loops of the stages that nothing reads: others are to share loops with their readers."""
    for stage in stages:
        others = (other for other in stages if other is not stage)
        if not stage.is_regular or any(other.reads & set(stage.outputs) for other in others):
            continue
        for _ in range(DEEPEST):
            if (found := _divided(stage)) is None:
                break
            _split(stage, *found)


def _divided(stage: Stage) -> tuple[Var, int] | None:
    """A variable of `stage` and the largest known number that it is divided by, without a rest at its end."""
    best: tuple[Var, int] | None = None
    for statement in stage.body:
        for expr in expressions(statement):
            for part in subexpressions(expr):
                match part:
                    case Op(_, "floordiv" | "floormod", (Var() as variable, Const(_, by))):
                        fits = variable in stage.spatial and extent(variable) % by == 0
                        if fits and by < extent(variable) and (best is None or by > best[1]):
                            best = variable, int(by)
    return best


def _split(stage: Stage, old: Var, by: int) -> None:
    whole = Var("int32", "g", (0, extent(old) // by - 1))
    rest = Var("int32", old.name, (0, by - 1))
    place = op("int32", "add", op("int32", "mul", whole, index(by)), rest)
    change(stage, lambda part: place if part is old else None)
    at = stage.spatial.index(old)
    stage.spatial[at : at + 1] = [whole, rest]
