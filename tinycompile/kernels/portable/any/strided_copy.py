"""Operators whose output is a view of their input: transposed, sliced, reversed, repeated.

What numpy would express by strides alone, one kernel copies; numpy itself says which strides.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap
from tinycompile.rewriting import permutation
from tinycompile.rewriting.slices import slices

Array = NDArray[Any]
DIMENSIONS = 6


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    return p.at(
        p.op("permute_dims", "relax.permute_dims", x)
        | p.op("strided_slice", "relax.strided_slice", x, or_more=True)
        | p.op("flip", "relax.flip", x)
        | p.op("broadcast_to", "relax.broadcast_to", x, or_more=True)
        | p.op("tile", "relax.tile", x)
        | p.op("repeat", "relax.repeat", x)
    )


def view(match: Match) -> Array:
    """The output, as a view of an array of the input's shape and type at address 0 of its memory."""
    shape = match.shape("input")
    x = np.zeros(shape, match.dtype("input"))
    if "permute_dims" in match:
        return x.transpose(permutation.of(match["permute_dims"]))
    if "strided_slice" in match:
        return x[slices(match["strided_slice"])]
    if "flip" in match:
        return np.flip(x, int(match.attrs("flip").axis))
    if "broadcast_to" in match:
        return np.broadcast_to(x, match.shape("broadcast_to"))
    if "tile" in match:
        return tiled(x, [int(n) for n in match.attrs("tile").repeats])
    return repeated(x, int(match.attrs("repeat").repeats), int(match.attrs("repeat").axis))


def tiled(x: Array, repeats: list[int]) -> Array:
    """(a, b) tiled (m, n) is (m, a, n, b)."""
    rank = max(x.ndim, len(repeats))
    sizes = (1,) * (rank - x.ndim) + x.shape
    counts = [1] * (rank - len(repeats)) + repeats
    pairs = [(count, size) for count, size in zip(counts, sizes, strict=True)]
    spread = x.reshape([d for size in sizes for d in (1, size)])
    return np.broadcast_to(spread, [d for pair in pairs for d in pair])


def repeated(x: Array, count: int, axis: int) -> Array:
    """Each element `count` times: a dimension of that size behind `axis`."""
    axis %= x.ndim
    return np.broadcast_to(
        np.expand_dims(x, axis + 1), (*x.shape[: axis + 1], count, *x.shape[axis + 1 :])
    )


def dimensions_are_few(match: Match) -> str | None:
    """At most 6 dimensions remain once neighbours in both tensors are joined."""
    found = len(joined(view(match)))
    return None if found <= DIMENSIONS else f"{found} remain"


def joined(x: Array) -> list[tuple[int, int]]:
    """(size, step in bytes) of the dimensions of `x`, those that lie one behind the other as one."""
    result: list[tuple[int, int]] = []
    for size, step in zip(x.shape, x.strides, strict=True):
        if size == 1:
            continue
        if result and result[-1][1] == size * step:
            result[-1] = (result[-1][0] * size, step)
        else:
            result.append((size, step))
    return result


def lower(match: Match) -> Call:
    output = view(match)
    start = output.__array_interface__["data"][0] - base_address(output)
    dimensions = joined(output)
    run = output.itemsize
    if dimensions and dimensions[-1][1] == run:  # neighbours stay neighbours: copied at once
        run *= dimensions.pop()[0]
    dimensions = [(1, 0)] * (DIMENSIONS - len(dimensions)) + dimensions
    return Call(
        inputs=("input",),
        params={
            "shape": tuple(size for size, _ in dimensions),
            "steps": tuple(step for _, step in dimensions),
            "start": start,
            "run": run,
        },
    )


def base_address(x: Array) -> int:
    """Where the array that `x` is a view of begins."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    address: int = x.__array_interface__["data"][0]
    return address


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Along each dimension the output may move further than the input, or not."""
    shape = p["shape"]
    made = [p["run"] * prod(shape[d + 1 :]) for d in range(len(shape))]
    along = ((n, there - here) for n, there, here in zip(shape, made, p["steps"], strict=True))
    return (overlap.worst(-p["start"], *along),)


def reference(p: dict[str, Any], x: Array) -> Array:
    """Any shape; the result has one dimension."""
    data = np.frombuffer(x.tobytes(), np.uint8)[p["start"] :]
    runs = as_strided(data, (*p["shape"], p["run"]), (*p["steps"], 1))
    return np.frombuffer(runs.tobytes(), x.dtype)


KERNEL = Kernel(
    "tc_strided_copy",
    pattern,
    lower,
    reference,
    constraints=(dimensions_are_few,),
    bounds=bounds.monotone,
    overlaps=overlaps,
    summary="Transpose, strided slice, reverse, tile, repeat, broadcast.",
)
