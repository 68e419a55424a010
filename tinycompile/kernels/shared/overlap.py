"""How far an output may run into an input, from the order in which a kernel reads and writes.

A kernel that writes its output from the first element to the last may write over an input that dies with it,
as long as no element is overwritten before it was read for the last time. If the output begins D bytes before
the input, that holds where

    D = max over the input's elements of (bytes of output written before its last read - its own offset)

and at every larger distance; at D - 1 the element of the maximum is lost. D is never less than 0. Kernels
state it as `Kernel.overlaps`, a function of their struct's fields: a D for each input, or None where the
order of the loops allows nothing. A step of a kernel reads all that it needs, then writes; `together` is how
many elements it writes, `size` what an element takes.
"""

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Overlaps

Fields = dict[str, Any]


def worst(begin: int, *loops: tuple[int, int]) -> int:
    """The largest of begin + i * slope + j * slope... over loops of (count, slope), at least 0."""
    return max(0, begin + sum(max(0, (count - 1) * slope) for count, slope in loops))


def steps(parts: Iterable[tuple[int | None, int]]) -> int:
    """D of any steps: of each the first byte that it reads, or None, and the end of what it writes."""
    found = written = 0
    for read, end in parts:
        found = max(found, written - read) if read is not None else found
        written = max(written, end)
    return found


def in_order(p: Fields) -> tuple[int | None, ...]:
    """An element of the output for each of the input, of the same size; its row may be read before, too."""
    return (0,)


def both_in_order(p: Fields) -> tuple[int | None, ...]:
    """The same for two inputs."""
    return 0, 0


def resized(read: int | str, made: int | str, *counts: str) -> Overlaps:
    """The same where the elements' sizes differ: numbers or fields. There are the product of `counts`.

    In C a store of a type may pass a load of another one, unless one of them is of bytes: None.
    """

    def distances(p: Fields) -> tuple[int | None, ...]:
        before, after = (p[size] if isinstance(size, str) else size for size in (read, made))
        known = before == after or 1 in (before, after)
        return (worst(0, (prod(p[count] for count in counts), after - before)) if known else None,)

    return distances


def operands(*steps: str) -> Overlaps:
    """An element for each of those operands that are not broadcast, as their fields `steps` say."""

    def distances(p: Fields) -> tuple[int | None, ...]:
        shape = p["shape"]
        dense = [prod(shape[i + 1 :]) for i in range(len(shape))]
        return tuple(
            0
            if all(n == 1 or a == b for n, a, b in zip(shape, p[field], dense, strict=True))
            else None
            for field in steps
        )

    return distances


def rows(size: int = 1, together: int = 1) -> Overlaps:
    """Each row of an input is read until the last step of its row of the output."""

    def distances(p: Fields) -> tuple[int | None, ...]:
        begin = p["output_n"] - last_step(p["output_n"], together)
        return (worst(begin, (p["rows"], p["output_n"] - p["input_n"])) * size,)

    return distances


def products(size: int = 1) -> Overlaps:
    """Two matrices, or stacks of them: a row of the first is read until its row of the output is made."""

    def distances(p: Fields) -> tuple[int | None, ...]:
        rows, columns = p["rows"], p["columns"]
        a = worst(
            columns - 1, (p["batches"], rows * columns - p["a_step"]), (rows, columns - p["depth"])
        )
        b = worst((rows - 1) * columns, (p["batches"], rows * columns - p["b_step"]))
        return a * size, b * size

    return distances


def windows(size: int = 1, together: int = 1, early: bool = False) -> Overlaps:
    """A window over an image: pixel by pixel, channel by channel.

    An output channel reads the input channels of its group; in pools and depthwise convolutions every input
    channel is a group. With `early` a pixel is written before its window is read.
    """

    def distances(p: Fields) -> tuple[int | None, ...]:
        within = p["channels"] if early else of_channels(p, together)
        readers = [last_window(p, along) for along in "hw"]
        return (of_pixels(p, readers, within) * size,)

    return distances


def blocks(p: Fields) -> tuple[int | None, ...]:
    """Windows whose rows are all copied before a `block` of rows of the output is made of them."""
    if not p["block"]:
        return (None,)
    last = last_window(p, "h")
    used = np.flatnonzero(last >= 0)
    made = last[used] // p["block"] * p["block"] * p["output_w"] * p["output_c"]
    return (max(0, int((made - used * p["input_w"] * p["input_c"]).max(initial=0))),)


def scattered(size: int = 1) -> Overlaps:
    """A transposed convolution, which makes pixel by pixel, channel by channel all the same."""

    def distances(p: Fields) -> tuple[int | None, ...]:
        readers = [last_reached(p, along) for along in "hw"]
        return (of_pixels(p, readers, p["output_c"] - 1) * size,)

    return distances


def of_pixels(p: Fields, readers: list[NDArray[np.int64]], within: int) -> int:
    """D in elements, if an element is last read `within` elements after the last pixel to read it begins.

    `readers` are for each row and each column of the input the last of the output that reads it; -1: none.
    """
    ic, oc = channels(p)
    found = within
    for last, made, read in zip(
        readers, (p["output_w"] * oc, oc), (p["input_w"] * ic, ic), strict=True
    ):
        used = np.flatnonzero(last >= 0)
        if not len(used):
            return 0
        found += int((last[used] * made - used * read).max())
    return max(0, found)


def of_channels(p: Fields, together: int) -> int:
    """Within a pixel: what is written before a channel of the input is read last, less its offset."""
    ic, oc = channels(p)
    groups = p.get("groups", ic)
    group_in, group_out = ic // groups, oc // groups
    return worst(group_out - last_step(group_out, together), (groups, group_out - group_in))


def channels(p: Fields) -> tuple[int, int]:
    """Of input and output."""
    return p.get("input_c") or p["channels"], p.get("output_c") or p["channels"]


def last_window(p: Fields, along: str) -> NDArray[np.int64]:
    """For each row ("h") or column ("w") of the input the last one of the output to read it; -1: none."""
    taps = np.arange(p[f"kernel_{along}"]) * p[f"dilation_{along}"]
    taps -= p["pad_top" if along == "h" else "pad_left"]
    found = np.full(p[f"input_{along}"], -1, np.int64)
    for made in range(p[f"output_{along}"]):
        read = made * p[f"stride_{along}"] + taps
        found[read[(read >= 0) & (read < len(found))]] = made
    return found


def last_reached(p: Fields, along: str) -> NDArray[np.int64]:
    """The same of a transposed convolution, whose input pixels each reach a kernel's length."""
    first = np.arange(p[f"input_{along}"]) * p[f"stride_{along}"]
    first -= p["pad_top" if along == "h" else "pad_left"]
    last = np.minimum(first + p[f"kernel_{along}"], p[f"output_{along}"]) - 1
    return np.where(last >= np.maximum(first, 0), last, -1)


def last_step(count: int, together: int) -> int:
    """How many of `count` elements the last step writes."""
    return (count - 1) % together + 1
