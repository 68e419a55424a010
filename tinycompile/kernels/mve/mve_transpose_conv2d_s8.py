"""Transposed conv2d on int8 for Helium: for each place of a stride a convolution of the taps that reach it.

Their weights lie as `dense` has it, the last taps first. Rows of the input are copied, padding around them;
windows of several rows of more than 192 products are gathered, too.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.mve.dense import CHAIN, CHUNK
from tinycompile.kernels.mve.mve_conv2d_s8 import SLACK, output_channels_are_four
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8
from tinycompile.target import Isa

Place = tuple[int, int]


def lower(match: Match) -> Call:
    return call(transpose_conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    rows, columns = most(p, "h"), most(p, "w")
    products = rows * columns * p["input_c"]
    long = rows > 1 and columns * p["input_c"] > CHAIN * CHUNK
    p |= {"window": in_chunks(products) if long else 0}
    return replace(portable, params=p | fields(portable.params, p, weights), scratch=scratch(p))


def in_chunks(products: int) -> int:
    return -(-products // CHUNK) * CHUNK


def most(p: dict[str, Any], along: str) -> int:
    """Taps along rows ("h") or columns ("w") of the input that reach one place."""
    return -(-int(p[f"kernel_{along}"]) // int(p[f"stride_{along}"]))


def places(p: dict[str, Any]) -> Iterator[Place]:
    """Of a stride, in the table's order: first tap along rows and along columns."""
    for y, x in np.ndindex(p["stride_h"], p["stride_w"]):
        yield (y + p["pad_top"]) % p["stride_h"], (x + p["pad_left"]) % p["stride_w"]


def reaching(p: dict[str, Any], weights: NDArray[np.int8], place: Place) -> NDArray[np.int8]:
    """The taps, (channels, rows, columns, input channels), from the last one on; of none one of 0."""
    y, x = place
    found = weights[:, y :: p["stride_h"], x :: p["stride_w"]][:, ::-1, ::-1]
    if found.size:
        return found
    shape = tuple(max(n, 1) for n in found.shape)
    return np.zeros(shape, np.int8)


def products(p: dict[str, Any], taps: NDArray[Any]) -> NDArray[Any]:
    """(..., rows, columns, input channels) as sums take them: (..., products)."""
    *leading, rows, columns, channels = taps.shape
    row = taps.reshape(*leading, rows, columns * channels)
    if rows > 1 and not p["window"]:
        beyond = in_chunks(row.shape[-1]) - row.shape[-1]
        row = np.pad(row, [(0, 0)] * (row.ndim - 1) + [(0, beyond)])
    return row.reshape(*leading, rows * row.shape[-1])


def fields(
    portable: dict[str, Any], p: dict[str, Any], weights: NDArray[np.int8]
) -> dict[str, Any]:
    """`scale`, `shift`, `packed`; channels of all places have one requantisation."""
    parts = [products(p, reaching(p, weights, place)) for place in places(p)]
    widest = max(part.shape[1] for part in parts)
    together = np.concatenate([np.pad(w, ((0, 0), (0, widest - w.shape[1]))) for w in parts])
    tables = ("bias", "multipliers", "shifts")
    tiled = portable | {name: np.tile(portable[name], len(parts)) for name in tables}
    requantized, words = dense.requantization(dense.Layer.of(tiled, together))
    sets = dense.sets(p["output_c"])
    of_places = np.split(words, len(parts), axis=1)
    packed = [dense.packed(*each, sets) for each in zip(parts, of_places, strict=True)]
    return requantized | {"packed": np.concatenate(packed)}


def scratch(p: dict[str, Any]) -> int:
    """Bytes."""
    begin = min(p["pad_left"] // p["stride_w"] - most(p, "w") + 1, 0)
    end = (p["pad_left"] + p["output_w"] - 1) // p["stride_w"] + 1
    return int(2 * p["window"] + most(p, "h") * (end - begin) * p["input_c"] + SLACK)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """All rows of the input that reach a stride's rows are copied before these are made."""
    rows = np.arange(p["input_h"])
    last = np.minimum(rows + most(p, "h") - 1, (p["output_h"] - 1 + p["pad_top"]) // p["stride_h"])
    made = np.maximum(last * p["stride_h"] - p["pad_top"], 0) * p["output_w"] * p["output_c"]
    return (max(0, int((made - rows * p["input_w"] * p["input_c"]).max())),)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"])
    output = np.zeros((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    sets, at = dense.sets(p["output_c"]), 0
    empty = np.zeros((1, p["kernel_h"], p["kernel_w"], p["input_c"]), np.int8)
    for (y, x0), place in zip(np.ndindex(p["stride_h"], p["stride_w"]), places(p), strict=True):
        taps = reaching(p, empty, place)
        chunks = -(-products(p, taps).shape[1] // CHUNK)
        size = len(sets) * dense.SET * (4 * chunks + (2 if p["scale"] else 3))
        part, at = p["packed"][at : at + size], at + size
        seen = windows(p, image, (y, x0), taps.shape[1:3])
        inputs = products(p, seen)
        made = dense.outputs(p | {"packed": part}, inputs.reshape(-1, inputs.shape[-1]), sets)
        output[y :: p["stride_h"], x0 :: p["stride_w"]] = made.reshape(
            *seen.shape[:2], p["output_c"]
        )
    return output


def windows(
    p: dict[str, Any], image: NDArray[np.int8], first: Place, taps: tuple[int, ...]
) -> NDArray[np.int8]:
    """(rows, columns, taps along both, channels): what outputs at `first` and strides on see."""
    found = []
    for size, along, at, count in zip("hw", ("top", "left"), first, taps, strict=True):
        places = np.arange(at, p[f"output_{size}"], p[f"stride_{size}"]) + p[f"pad_{along}"]
        found.append((places // p[f"stride_{size}"])[:, None] - count + 1 + np.arange(count))
    y, x = found[0][:, None, :, None], found[1][None, :, None, :]
    inside = (y >= 0) & (y < p["input_h"]) & (x >= 0) & (x < p["input_w"])
    seen = image[np.clip(y, 0, p["input_h"] - 1), np.clip(x, 0, p["input_w"] - 1)]
    return np.where(inside[..., None], seen, np.int8(p["input_zero_point"]))


KERNEL = replace(
    transpose_conv2d_s8.KERNEL,
    symbol="tc_mve_transpose_conv2d_s8",
    lower=lower,
    reference=reference,
    constraints=(*transpose_conv2d_s8.KERNEL.constraints, output_channels_are_four),
    overlaps=overlaps,
    rows=None,
    takes_scratch=True,
    isa=Isa.MVE,
    family=MVE,
)
