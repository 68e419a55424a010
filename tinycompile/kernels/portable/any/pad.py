"""Constant padding of any dimensions."""

from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds

DIMENSIONS = 5  # four that are counted, and the rows
PATTERN = 4  # bytes, of elements of 1, 2 or 4

# Of each dimension: its size, padding before it, padding after it.
Widths = list[tuple[int, int, int]]


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("pad", "relax.nn.pad", p.tensor("input")))


def mode_is_constant(match: Match) -> str | None:
    """The padding is a constant value."""
    mode = str(match.attrs("pad").pad_mode)
    return None if mode == "constant" else f"its mode is {mode}"


def padding_adds(match: Match) -> str | None:
    """Widths are not negative."""
    smallest = min(int(width) for width in match.attrs("pad").pad_width)
    return None if smallest >= 0 else f"one is {smallest}"


def dimensions_are_few(match: Match) -> str | None:
    """At most 5 dimensions remain once those without padding are joined with the ones before them."""
    found = len(joined(widths(match)))
    return None if found <= DIMENSIONS else f"{found} remain"


def value_fits(match: Match) -> str | None:
    """The value is one of the tensor's type, of 4 bytes at most."""
    value, dtype = float(match.attrs("pad").pad_value), np.dtype(match.dtype("input"))
    if dtype.itemsize > PATTERN:
        return f"{dtype} has {dtype.itemsize}"
    if dtype.kind == "f" or np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
        return None
    return f"{value} in {dtype}"


def widths(match: Match) -> Widths:
    flat = [int(width) for width in match.attrs("pad").pad_width]
    return list(zip(match.shape("input"), flat[::2], flat[1::2], strict=True))


def joined(dimensions: Widths) -> Widths:
    """A dimension without padding is part of the one before it, whose rows get longer."""
    result: Widths = []
    for size, before, after in dimensions:
        if result and before == after == 0:
            outer, outer_before, outer_after = result[-1]
            result[-1] = (outer * size, outer_before * size, outer_after * size)
        else:
            result.append((size, before, after))
    return result


def lower(match: Match) -> Call:
    dtype = np.dtype(match.dtype("input"))
    padded = joined(widths(match))
    padded = [(1, 0, 0)] * (DIMENSIONS - len(padded)) + padded
    sizes = [size + before + after for size, before, after in padded]
    blocks = [dtype.itemsize * prod(sizes[d + 1 :]) for d in range(DIMENSIONS)]
    before = [block * width for block, (_, width, _) in zip(blocks, padded, strict=True)]
    after = [block * width for block, (_, _, width) in zip(blocks, padded, strict=True)]
    # After a row that ends n dimensions: what follows each of them, and what precedes their next turns.
    ends, begins = list(accumulate(after[::-1])), list(accumulate(before[::-1]))
    gaps = [end + begin for end, begin in zip(ends, begins, strict=True)]
    gaps[-1] = ends[-1]  # the last row of all: nothing follows
    value = np.array([match.attrs("pad").pad_value]).astype(dtype).tobytes()
    return Call(
        inputs=("input",),
        params={
            "shape": tuple(size for size, _, _ in padded[:-1]),
            "row_size": padded[-1][0] * dtype.itemsize,
            "before": sum(before),
            "gaps": tuple(gaps),
            "value": tuple(value * (PATTERN // dtype.itemsize)),
        },
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """All padding that precedes the last row."""
    count = prod(p["shape"])
    ends = [count // prod(p["shape"][DIMENSIONS - 1 - d :]) for d in range(DIMENSIONS)]
    between = zip(ends, ends[1:], p["gaps"], strict=False)
    return (p["before"] + sum((many - fewer) * gap for many, fewer, gap in between),)


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """Any shape; the result has one dimension."""
    rows = np.frombuffer(x.tobytes(), np.uint8).reshape(-1, p["row_size"])

    def fill(size: int) -> NDArray[np.uint8]:
        return np.resize(np.array(p["value"], np.uint8), size)

    parts = [fill(p["before"])]
    for i, row in enumerate(rows, 1):
        turns = np.cumprod(p["shape"][::-1])  # rows in the last 1, 2, ... dimensions
        parts += [row, fill(p["gaps"][int((i % turns == 0).sum())])]
    return np.frombuffer(np.concatenate(parts).tobytes(), x.dtype)


KERNEL = Kernel(
    "tc_pad",
    pattern,
    lower,
    reference,
    constraints=(mode_is_constant, padding_adds, dimensions_are_few, value_fits),
    bounds=bounds.monotone,
    overlaps=overlaps,
    summary="Padding with a constant.",
)
