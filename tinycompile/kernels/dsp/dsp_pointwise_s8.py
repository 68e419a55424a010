"""1x1 convolution on int8: pixels as they lie in memory, times filters that scratch holds expanded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, sums
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import window
from tinycompile.target import Isa


def window_is_a_pixel(match: Match) -> str | None:
    """The window is one pixel, there is no padding, and one group."""
    p = window.convolution(match)
    taps = p["kernel_h"], p["kernel_w"]
    if taps != (1, 1):
        return "it is {}x{}".format(*taps)
    last = [(p[f"output_{d}"] - 1) * p[f"stride_{d}"] for d in "hw"]
    inside = last[0] < p["input_h"] and last[1] < p["input_w"]
    if p["pad_top"] or p["pad_left"] or not inside:
        return "there is padding"
    groups = int(match.attrs("conv").groups)
    return None if groups == 1 else f"there are {groups} groups"


def there_are_pairs(match: Match) -> str | None:
    """A row has 2 pixels, or an image of one column has; the input has 3 channels, the output 4."""
    p = window.convolution(match)
    _, columns = pixels(p)
    fits = columns >= 2 and p["input_c"] >= 3 and p["output_c"] >= filters.CHANNELS
    return None if fits else f"they are {columns}, {p['input_c']} and {p['output_c']}"


def pixels_are_near(match: Match) -> str | None:
    """From a pixel to the next there are at most 4095 bytes."""
    distance = apart(window.convolution(match))
    return None if distance <= filters.FARTHEST else f"there are {distance}"


def pixels(p: dict[str, Any]) -> tuple[int, int]:
    """Rows and columns of the output, one row where pixels follow each other from row to row."""
    rows, columns = p["output_h"], p["output_w"]
    whole = p["stride_h"] == p["stride_w"] == 1 and columns == p["input_w"]
    return (1, rows * columns) if whole or p["input_w"] == 1 else (rows, columns)


def apart(p: dict[str, Any]) -> int:
    """Bytes from a pixel to the next, in an image of one column the one below."""
    stride: int = p["stride_h"] if p["input_w"] == 1 else p["stride_w"]
    return stride * int(p["input_c"])


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = sums.without_large(portable.params)
    n, channels = p["output_c"], p["input_c"]
    packed = filters.pack(p, filters.padded(p["weights"].reshape(n, channels)))
    rows, columns = pixels(p)
    distance = apart(p)
    values = filters.up_to_words(channels)
    turn = filters.turn(values)
    return Call(
        inputs=portable.inputs,
        params={
            "rows": rows, "columns": columns, "input_c": channels, "output_c": n,
            "apart": distance, "down": p["stride_h"] * p["input_w"] * channels,
            "is_signed": int(packed.leave == filters.SIGNED), "min": p["min"], "max": p["max"],
            **filters.run(p, packed, turn, int(turn == values), 1, distance, 4, flip=1),
            "filters": packed.words,
        },
        macs=portable.macs,
        scratch=filters.expanded_bytes(values) + distance + values,
    )  # fmt: skip


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is of any shape; (rows, columns, output channels)."""
    at = np.arange(p["rows"])[:, None] * p["down"] + np.arange(p["columns"]) * p["apart"]
    values = filters.up_to_words(p["input_c"])
    found = x.reshape(-1)[at[..., None] + np.arange(p["input_c"])].astype(np.int64)
    weights = filters.weights_of(p, p["output_c"], values)[:, : p["input_c"]]
    return filters.results(p, found @ weights.T, values)


KERNEL = Kernel(
    "tc_dsp_pointwise_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s8.KERNEL.constraints,
        window_is_a_pixel,
        there_are_pairs,
        pixels_are_near,
        *filters.CONSTRAINTS,
    ),
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    per_image=True,
    summary="1x1 convolution of any stride.",
)
