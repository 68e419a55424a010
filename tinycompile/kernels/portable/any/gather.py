"""Elements at constant indices along one axis."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("take", "relax.take", p.tensor("input"), p.constant("indices")))


def indices_are_inside(match: Match) -> str | None:
    """Every index lies inside the axis."""
    extent, indices = match.shape("input")[axis_of(match)], match.array("indices")
    outside = indices[(indices < -extent) | (indices >= extent)]
    return f"{outside[0]} in an axis of {extent}" if outside.size else None


def axis_of(match: Match) -> int:
    axis = match.attrs("take").axis
    return 0 if axis is None else int(axis) % len(match.shape("input"))


def lower(match: Match) -> Call:
    shape, axis = match.shape("input"), axis_of(match)
    run = prod(shape[axis + 1 :]) * np.dtype(match.dtype("input")).itemsize
    indices = match.array("indices").reshape(-1) % shape[axis]
    return Call(
        inputs=("input",),
        params={
            "rows": prod(shape[:axis]),
            "row_size": shape[axis] * run,
            "count": indices.size,
            "run": run,
            "offsets": (indices * run).astype(np.int32),
        },
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Within a row, and from row to row."""
    within = int((np.arange(p["count"]) * p["run"] - p["offsets"]).max(initial=0))
    return (overlap.worst(within, (p["rows"], p["count"] * p["run"] - p["row_size"])),)


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """x is (rows, indices, run) of any shape; so is the result."""
    rows = np.frombuffer(x.tobytes(), np.uint8).reshape(p["rows"], -1)
    columns = (p["offsets"][:, None] + np.arange(p["run"])).reshape(-1)
    return np.frombuffer(rows[:, columns].tobytes(), x.dtype)


KERNEL = Kernel(
    "tc_gather",
    pattern,
    lower,
    reference,
    constraints=(indices_are_inside,),
    bounds=bounds.monotone,
    overlaps=overlaps,
    summary="Elements at constant indices along an axis.",
)
