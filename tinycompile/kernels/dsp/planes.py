"""Which way images lie in planes: as they are, or turned about their diagonal: runtime_c/dsp/tc_dsp_planes.h.

Where columns and rows change places, so do those of windows, and the steps from one to the next in memory.
"""

from typing import Any

from numpy.typing import NDArray

from tinycompile.call import IN_PLACE
from tinycompile.kernel import Match
from tinycompile.kernels.shared import window

Params = dict[str, Any]

ALONG = ("input", "output", "kernel", "stride", "dilation")
STEPS = ("input_step", "input_line", "output_step", "output_line")


def no_window_is_empty(match: Match) -> str | None:
    """Every window holds a pixel of the input."""
    return window.empty(window.convolution(match))


def sizes(p: Params, turned: bool) -> dict[str, int]:
    """Those of a window's geometry along rows and columns of planes."""
    h, w = ("w", "h") if turned else ("h", "w")
    found = {f"{name}_{to}": p[f"{name}_{of}"] for name in ALONG for to, of in (("h", h), ("w", w))}
    top, left = ("pad_left", "pad_top") if turned else ("pad_top", "pad_left")
    return found | {"pad_top": p[top], "pad_left": p[left]}


def steps(p: Params, turned: bool) -> dict[str, int]:
    """From column to column and from row to row of planes: bytes in memory."""
    found = [
        p["input_c"],
        p["input_w"] * p["input_c"],
        p["output_c"],
        p["output_w"] * p["output_c"],
    ]
    if turned:
        found = [found[i] for i in (1, 0, 3, 2)]
    return dict(zip(STEPS, found, strict=True))


def image(p: Params, x: NDArray[Any], channels: int) -> NDArray[Any]:
    """The image `x`, of any shape, as planes have it: (H, W, C)."""
    size = p["input_h"], p["input_w"]
    if is_upright(p):
        return x.reshape(*size, channels)
    return x.reshape(*size[::-1], channels).swapaxes(0, 1)


def output(p: Params, y: NDArray[Any]) -> NDArray[Any]:
    """(H, W, C) of planes as it lies in memory."""
    return y if is_upright(p) else y.swapaxes(0, 1)


def is_upright(p: Params) -> bool:
    """Whether rows of planes are those of the image; of one column both are."""
    return bool(p["input_step"] <= p["input_line"] and p["output_step"] <= p["output_line"])


def in_place(p: Params) -> tuple[int | None, ...]:
    """All pixels of four channels are read, then as many results of these are written; else not at all."""
    whole = p["band"] >= p["output_h"] and p.get("strip", p["output_w"]) >= p["output_w"]
    channels = p.get("channels") or p["output_c"]
    same = p["input_step"] == p["output_step"] and p["input_line"] == p["output_line"]
    same &= p["input_h"] == p["output_h"] and p["input_w"] == p["output_w"]
    phases = p.get("dilation_w", 1)
    return (IN_PLACE if whole and same and channels % 4 == 0 and phases == 1 else None,)
