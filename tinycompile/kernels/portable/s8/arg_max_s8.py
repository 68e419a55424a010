"""Where the largest or smallest int8 element along an axis lies."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    found = p.op("argmax", "relax.argmax", x) | p.op("argmin", "relax.argmin", x)
    return p.at(p.op("cast", "relax.astype", found) | found)


def operator(match: Match) -> str:
    return "argmax" if "argmax" in match else "argmin"


def input_is_int8(match: Match) -> str | None:
    """The input is int8."""
    return None if match.dtype("input") == "int8" else f"it is {match.dtype('input')}"


def output_dtype(match: Match) -> str:
    return match.dtype("cast" if "cast" in match else operator(match))


def output_is_int32_or_int64(match: Match) -> str | None:
    """The output is int32 or int64."""
    return None if output_dtype(match) in ("int32", "int64") else f"it is {output_dtype(match)}"


def lower(match: Match) -> Call:
    shape = match.shape("input")
    axis = match.attrs(operator(match)).axis
    if axis is None:
        outer, extent, inner = 1, prod(shape), 1
    else:
        axis = int(axis) % len(shape)
        outer, extent, inner = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    return Call(
        inputs=("input",),
        params={
            "outer": outer,
            "extent": extent,
            "inner": inner,
            "sign": 1 if operator(match) == "argmax" else -1,
            "int64_output": int(output_dtype(match) == "int64"),
        },
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Row after row; of the elements that a step reads the first is the lowest."""
    size = 8 if p["int64_output"] else 4
    along = (p["outer"], p["inner"] * (size - p["extent"])), (p["inner"], size - 1)
    return (overlap.worst(0, *along),)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[Any]:
    """(outer, extent, inner) -> (outer, inner)."""
    values = x.reshape(p["outer"], p["extent"], p["inner"]).astype(np.int64) * p["sign"]
    dtype = np.int64 if p["int64_output"] else np.int32
    return np.asarray(values.argmax(axis=1), dtype)


KERNEL = Kernel(
    "tc_arg_max_s8",
    pattern,
    lower,
    reference,
    constraints=(input_is_int8, output_is_int32_or_int64),
    overlaps=overlaps,
    summary="Index of the first largest or smallest element along an axis.",
)
