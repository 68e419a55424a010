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
# By what topi calls the loops of windows.
_WINDOWS = {"c": "k", "y": "kh", "h": "kh", "x": "kw", "w": "kw", "z": "kd"}
_IMAGES = {"nn": "n", "b": "n", "ff": "c", "c": "c", "yy": "h", "h": "h", "xx": "w", "w": "w"}
_ACCUMULATED = {"add": "sum", "max": "largest", "min": "smallest", "mul": "product"}


def rename(stage: Stage) -> None:
    """Names that say what is meant, where the shape of `stage` tells; none of them is of the model."""
    for buffer in stage.outputs:
        if buffer.role == "temporary":
            buffer.name = plain(buffer.name)
    if not stage.is_regular:
        return
    stores = [statement for statement in stage.body if isinstance(statement, Store)]
    if stage.first and len(stores) == 1 and stores[0].buffer.role == "temporary":
        stores[0].buffer.name = accumulated(stage)
    indices = stores[-1].indices
    known = [_IMAGES.get(v.name) for v in stage.spatial]
    if stage.reduced and all(known):
        for variable, name in zip(stage.spatial, known, strict=True):
            _call(variable, str(name))
    else:
        for expr, name in zip(indices, _names(len(indices)), strict=True):
            if isinstance(expr, Var):
                _call(expr, name)
    windows = [_WINDOWS.get(v.name[1:]) if v.name[0] in "rd" else None for v in stage.reduced]
    names = windows if all(windows) else _REDUCED.get(len(stage.reduced), ())
    for variable, name in zip(stage.reduced, names, strict=False):
        _call(variable, str(name))


def _names(rank: int) -> list[str]:
    return list(_SPATIAL.get(rank, "")) or [f"i{axis}" for axis in range(rank)]


def _call(variable: Var, name: str) -> None:
    object.__setattr__(variable, "name", name)


def accumulated(stage: Stage) -> str:
    """What `stage` reduces to."""
    stores = [statement for statement in stage.body if isinstance(statement, Store)]
    value = stores[0].value if len(stores) == 1 else None
    return _ACCUMULATED.get(value.name, "result") if isinstance(value, Op) else "result"


def plain(name: str) -> str:
    """TVM's name of a temporary without what is the same for all."""
    word = re.sub(r"^(T_)?(x_)?|_?(red|temp|intermediate|v\d)\b|\d+$", "", name).strip("_")
    return word.lower() or "value"
