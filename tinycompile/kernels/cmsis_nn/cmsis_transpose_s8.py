"""Transposition of bytes by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.any import strided_copy
from tinycompile.rewriting import permutation

DIMENSIONS = 4
LARGEST = 9362  # MVE code counts 7 times an axis in 16 bits

Shape = tuple[int, ...]


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("permute_dims", "relax.permute_dims", p.tensor("input")))


def elements_are_bytes(match: Match) -> str | None:
    """Elements are of one byte."""
    dtype = match.dtype("input")
    return None if np.dtype(dtype).itemsize == 1 else f"they are {dtype}"


def elements_move(match: Match) -> str | None:
    """The order of elements changes."""
    return "it does not" if len(joined(match)[0]) < 2 else None


def dimensions_are_few(match: Match) -> str | None:
    """At most 4 dimensions remain once those that stay neighbours are joined."""
    shape, _ = joined(match)
    return None if len(shape) <= DIMENSIONS else f"{len(shape)} remain"


def dimensions_are_short(match: Match) -> str | None:
    """No dimension is then above 9362."""
    shape, _ = joined(match)
    return None if max(shape) <= LARGEST else f"one is {max(shape)}"


def joined(match: Match) -> tuple[Shape, Shape]:
    """(shape of the input, its axes in the output's order), neighbours in both tensors as one."""
    kept = [axis for axis, size in enumerate(match.shape("input")) if size > 1]
    shape = [match.shape("input")[axis] for axis in kept]
    runs: list[list[int]] = []  # of axes, in the output's order
    for axis in (kept.index(a) for a in permutation.of(match["permute_dims"]) if a in kept):
        if runs and runs[-1][-1] == axis - 1:
            runs[-1].append(axis)
        else:
            runs.append([axis])
    order = sorted(runs)
    sizes = tuple(int(np.prod([shape[axis] for axis in run])) for run in order)
    return sizes, tuple(order.index(run) for run in runs)


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(x.reshape(p["shape"]).transpose(p["axes"]))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        shape, axes = joined(match)
        missing = DIMENSIONS - len(shape)
        if len(shape) == 2:  # a matrix has a function of its own
            return called((*shape, 1, 1), (*axes, 2, 3), 2)
        leading = tuple(range(missing))
        return called((1,) * missing + shape, leading + tuple(missing + a for a in axes), 4)

    return adapter.of(
        strided_copy.KERNEL,
        "tc_cmsis_transpose_s8",
        "arm_transpose_s8",
        context,
        lower,
        elements_are_bytes,
        elements_move,
        dimensions_are_few,
        dimensions_are_short,
        pattern=pattern,
        reference=reference,
    )


def called(shape: Shape, axes: Shape, dimensions: int) -> Call:
    return Call(inputs=("input",), params={"shape": shape, "axes": axes, "dimensions": dimensions})
