"""1x1 convolution on int8: some pixels at a time are in scratch, and filters of four channels expanded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, sums
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles, window
from tinycompile.row_form import Reads, RowForm, Shape
from tinycompile.target import Isa

BYTES = 4608  # of scratch for pixels that are made at a time: they share expanded filters
FEWEST, MOST = 16, 128
INT16 = 2**15 - 1


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
    """The output has 2 pixels and 4 channels or more."""
    p = window.convolution(match)
    count = p["output_h"] * p["output_w"]
    fits = count >= 2 and p["output_c"] >= filters.CHANNELS
    return None if fits else f"they are {count} and {p['output_c']}"


def pixels_are_small(match: Match) -> str | None:
    """A pixel of the input has at most 4060 values."""
    channels = match.shape("input")[3]
    return None if channels <= filters.FARTHEST - 4 else f"it has {channels}"


def together(count: int, values: int) -> int:
    """How many of `count` pixels are made at a time: all, or an even number."""
    most = max(FEWEST, min(MOST, BYTES // values) // 2 * 2)
    pixels = -(-count // -(-count // most))  # as many each time
    return min(pixels + pixels % 2, count)


def scratch(pixels: int, values: int) -> int:
    """Bytes: filters, and pairs of pixels."""
    return filters.expanded_bytes(values) + (pixels + pixels % 2) * values


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = sums.without_large(portable.params)
    n, channels, count = p["output_c"], p["input_c"], p["output_h"] * p["output_w"]
    packed = filters.pack(p, filters.padded(p["weights"].reshape(n, channels)))
    values = filters.up_to_words(channels)
    apart, down = p["stride_w"] * channels, p["stride_h"] * p["input_w"] * channels
    skip = down - p["output_w"] * apart
    columns = p["output_w"] if skip else count
    pixels, turn = together(count, values), filters.turn(values)
    return Call(
        inputs=portable.inputs,
        params={
            "count": count, "columns": min(columns, INT16), "input_c": channels, "output_c": n,
            "values": values, "dense": int(apart == channels and channels % 8 == 0 and not skip),
            "pixels": pixels, "apart": apart, "skip": skip,
            "is_signed": int(packed.leave == filters.SIGNED), "min": p["min"], "max": p["max"],
            **filters.run(p, packed, turn, int(turn == values), 1, 0, flip=0),
            "filters": packed.words,
        },
        macs=portable.macs,
        saved=packed.saved,
        scratch=scratch(pixels, values),
    )  # fmt: skip


def places(p: dict[str, Any]) -> NDArray[np.int64]:
    """Where the input of each pixel of the output begins."""
    pixel = np.arange(p["count"])
    return np.asarray(pixel * p["apart"] + pixel // p["columns"] * p["skip"])


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """A row of pixels at a time, which take two; no row is padding."""
    p: dict[str, Any] = call.params
    if output[0] != 1 or output[2] < 2:
        return None
    down = p["skip"] + output[2] * p["apart"]
    reads = Reads(tuple(range(inputs[0][1])), stride=down // (inputs[0][2] * p["input_c"]))
    pixels = together(output[2], p["values"])
    of_row = {"count": output[2], "columns": output[2], "pixels": pixels}
    return RowForm(output[1], (reads,), p | of_row, scratch=scratch(pixels, p["values"]))


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """The input's pixels of each time are copied before any output of them is written."""
    first = np.arange(0, p["count"], p["pixels"])
    return (max(0, int((first * p["output_c"] - places(p)[first]).max())),)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is of any shape; (pixels, output channels)."""
    at = places(p)[:, None] + np.arange(p["input_c"])
    weights = filters.weights_of(p, p["output_c"], p["values"])[:, : p["input_c"]]
    return filters.results(p, x.reshape(-1)[at].astype(np.int64) @ weights.T, p["values"])


KERNEL = Kernel(
    "tc_dsp_pointwise_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s8.KERNEL.constraints,
        window_is_a_pixel,
        there_are_pairs,
        pixels_are_small,
        *filters.CONSTRAINTS,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.DSP,
    family=DSP,
    packs=nibbles.are_int4,
    takes_scratch=True,
    per_image=True,
    summary="1x1 convolution of any stride.",
)
