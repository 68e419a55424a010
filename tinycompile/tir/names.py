"""What variables and values of a stage are called in C."""

import re

from tinycompile.tir.stage import Stage
from tinycompile.tir.tree import Op, Store, Var

_SPATIAL = {1: "i", 2: "ni", 3: "nic", 4: "nhwc", 5: "ndhwc"}  # by rank, as tensors are laid out
_REDUCED = {
    1: ("k",),
    2: ("kh", "kw"),
    3: ("kh", "kw", "k"),
    4: ("kd", "kh", "kw", "k"),
}
_ACCUMULATED = {"add": "sum", "max": "largest", "min": "smallest", "mul": "product"}


def rename(stage: Stage) -> None:
    """Names that say what is meant, where the shape of `stage` tells; none of them is of the model."""
    for buffer in stage.outputs:
        if buffer.role == "temporary":
            buffer.name = plain(buffer.name)
    if not stage.is_regular:
        return
    stores = [statement for statement in stage.body if isinstance(statement, Store)]
    if stage.first and len(stores) == 1 and isinstance(stores[0].value, Op):
        accumulated = _ACCUMULATED.get(stores[0].value.name)
        if accumulated and stores[0].buffer.role == "temporary":
            stores[0].buffer.name = accumulated
    for expr, name in zip(stores[-1].indices, _names(len(stores[-1].indices)), strict=True):
        if isinstance(expr, Var):
            _call(expr, name)
    known = _REDUCED.get(len(stage.reduced), ())
    for variable, name in zip(stage.reduced, known, strict=False):
        _call(variable, name)


def _names(rank: int) -> list[str]:
    return list(_SPATIAL.get(rank, "")) or [f"i{axis}" for axis in range(rank)]


def _call(variable: Var, name: str) -> None:
    object.__setattr__(variable, "name", name)


def plain(name: str) -> str:
    """TVM's name of a temporary without what is the same for all."""
    word = re.sub(r"^(T_)?(x_)?|_?(red|temp|intermediate|v\d)\b|\d+$", "", name).strip("_")
    return word.lower() or "value"
