"""The geometry of kernels that slide a window over an image: convolutions and pools.

A window at output pixel (y, x) has tap (ky, kx) on row y * stride_h - pad_top + ky * dilation_h of
the input, and so for the column; taps outside the input count for nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Constraint, Match

INT16_MAX = 2**15 - 1


def steps(match: Match, op: str, kernel: tuple[int, int]) -> dict[str, int]:
    """How a window of `kernel` taps moves: the struct's fields from kernel_h to pad_left."""
    attrs = match.attrs(op)
    (sh, sw), (dh, dw) = map(int, attrs.strides), map(int, attrs.dilation)
    top, left = (int(p) for p in attrs.padding[:2])
    return {
        "kernel_h": kernel[0], "kernel_w": kernel[1],
        "stride_h": sh, "stride_w": sw,
        "dilation_h": dh, "dilation_w": dw,
        "pad_top": top, "pad_left": left,
    }  # fmt: skip


def convolution(match: Match, kernel: tuple[int, int] | None = None) -> dict[str, int]:
    """The sizes that a convolution "conv" with OHWI weights, or ones of `kernel` taps, states."""
    _, ih, iw, ic = match.shape("input")
    _, oh, ow, oc = match.shape("conv")
    kh, kw = kernel or match.shape("weights")[1:3]
    return {
        "input_h": ih, "input_w": iw, "input_c": ic,
        "output_h": oh, "output_w": ow, "output_c": oc,
    } | steps(match, "conv", (kh, kw))  # fmt: skip


def pool(match: Match) -> dict[str, int]:
    """The sizes that a pool "pool" states."""
    _, ih, iw, channels = match.shape("input")
    _, oh, ow, _ = match.shape("pool")
    kh, kw = (int(k) for k in match.attrs("pool").pool_size)
    sizes = {"input_h": ih, "input_w": iw, "output_h": oh, "output_w": ow, "channels": channels}
    return sizes | steps(match, "pool", (kh, kw))


def sizes_fit(geometry: Callable[[Match], dict[str, int]]) -> Constraint:
    """A constraint: the struct has int16 for what `geometry` states."""

    def check(match: Match) -> str | None:
        """Every size is below 32768."""
        sizes = geometry(match)
        name = max(sizes, key=sizes.__getitem__)
        return None if sizes[name] <= INT16_MAX else f"{name} is {sizes[name]}"

    return check


def empty(p: dict[str, Any]) -> str | None:
    """Says which is the first window, if any, that holds no pixel of the input."""
    found = np.argwhere(counts(p) == 0)
    return f"that of output pixel {tuple(map(int, found[0]))} has none" if len(found) else None


def pools_nhwc(match: Match) -> str | None:
    """Activations are NHWC."""
    layout = match.attrs("pool").layout
    return None if layout == "NHWC" else f"the layout is {layout}"


def counts(p: dict[str, Any]) -> NDArray[np.int64]:
    """(output_h, output_w): how many taps of each window fall inside the input."""
    inside = np.ones((p["input_h"], p["input_w"]), np.int64)
    total = np.zeros((p["output_h"], p["output_w"]), np.int64)
    for _, _, where, ones in taps(p, inside):
        total[where] += ones
    return total


def taps(
    p: dict[str, Any], image: NDArray[Any]
) -> Iterator[tuple[int, int, tuple[NDArray[Any], ...], NDArray[Any]]]:
    """For each tap: ky, kx, where output pixels have it, and `image` (H, W, ...) there."""
    rows = np.arange(p["output_h"]) * p["stride_h"] - p["pad_top"]
    columns = np.arange(p["output_w"]) * p["stride_w"] - p["pad_left"]
    for ky, kx in np.ndindex(p["kernel_h"], p["kernel_w"]):
        iy, ix = rows + ky * p["dilation_h"], columns + kx * p["dilation_w"]
        ys = np.flatnonzero((iy >= 0) & (iy < p["input_h"]))
        xs = np.flatnonzero((ix >= 0) & (ix < p["input_w"]))
        yield ky, kx, np.ix_(ys, xs), image[np.ix_(iy[ys], ix[xs])]
