"""Concatenation along any axis: every input gives a run of bytes to each row of the output."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.ir import GenericConst

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("concat", "relax.concat", p.sequence("inputs")))


def inputs_are_tensors(match: Match) -> str | None:
    """No input is a constant."""
    constants = [name for name in match.names("inputs") if isinstance(match[name], GenericConst)]
    return f"{len(constants)} of them are" if constants else None


def lower(match: Match) -> Call:
    inputs = match.names("inputs")
    shape = match.shape("concat")
    axis = int(match.attrs("concat").axis) % len(shape)
    size = np.dtype(match.dtype("concat")).itemsize
    runs = [prod(match.shape(name)[axis:]) * size for name in inputs]
    return Call(
        inputs=inputs,
        params={"count": len(inputs), "rows": prod(shape[:axis]), "runs": np.array(runs, np.int32)},
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Of each input the runs move apart, row by row."""
    runs, before = p["runs"].tolist(), 0
    found = []
    for run in runs:
        found.append(overlap.worst(before, (p["rows"], sum(runs) - run)))
        before += run
    return tuple(found)


def reference(p: dict[str, Any], *inputs: NDArray[Any]) -> NDArray[Any]:
    """Rows of the output, in the inputs' type: (rows, elements of a row)."""
    return np.concatenate([x.reshape(p["rows"], -1) for x in inputs], axis=1)


KERNEL = Kernel(
    "tc_concat",
    pattern,
    lower,
    reference,
    constraints=(inputs_are_tensors,),
    variadic=True,
    bounds=bounds.rising,
    rows=row_form.joined,
    overlaps=overlaps,
    summary="Concatenation of any number of tensors along any axis.",
)
