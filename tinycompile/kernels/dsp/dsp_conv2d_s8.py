"""conv2d on int8: rows of the input with their borders go to scratch, where windows' rows are neighbours."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, sums
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles, overlap, window
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

MANY = 128  # values of a window: one function for all kinds of outputs is little slower then
PIXELS = 64  # of a band of rows, for which filters are expanded once
SHORTEST = 12  # values of a window's row: fewer are better copied window by window


def sizes(match: Match) -> dict[str, Any]:
    return upright(window.convolution(match))


def upright(p: dict[str, Any]) -> dict[str, Any]:
    """`p` of an image of one column as that of the same image as a row."""
    if not p["input_w"] == p["output_w"] == p["kernel_w"] == 1 or p["pad_left"]:
        return p
    turned = {"input": "hw", "output": "hw", "kernel": "hw", "stride": "hw", "dilation": "hw"}
    swapped = {f"{name}_{a}": p[f"{name}_{b}"] for name in turned for a, b in ("hw", "wh")}
    return p | swapped | {"pad_top": 0, "pad_left": p["pad_top"]}


def values_of(p: dict[str, Any]) -> int:
    """Of a row of a window, up to a multiple of 4."""
    return filters.up_to_words(p["kernel_w"] * p["input_c"])


def windows_have_rows(match: Match) -> str | None:
    """A window's row are 12 to 32764 neighbours, in words an eighth more at most: one group, no dilation."""
    p = sizes(match)
    groups = int(match.attrs("conv").groups)
    if groups > 1:
        return f"there are {groups} groups"
    if p["dilation_w"] > 1:
        return f"the dilation is {p['dilation_w']}"
    count, values = p["kernel_w"] * p["input_c"], values_of(p)
    fits = count >= SHORTEST and 8 * values <= 9 * count and values <= window.INT16_MAX
    return None if fits else f"they are {count}"


def there_are_pairs(match: Match) -> str | None:
    """The output has 2 columns, or is one column, and 4 channels."""
    p = sizes(match)
    fits = p["output_w"] >= 2 and p["output_c"] >= filters.CHANNELS
    return None if fits else f"it has {p['output_w']} and {p['output_c']}"


def pixels_are_near(match: Match) -> str | None:
    """From a pixel to the next there are at most 4064 bytes."""
    p = sizes(match)
    apart = p["stride_w"] * p["input_c"]
    return None if apart <= filters.FARTHEST else f"there are {apart}"


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = upright(sums.without_large(portable.params))
    values, apart = values_of(p), p["stride_w"] * p["input_c"]
    of_rows = p["weights"].reshape(-1, p["kernel_w"] * p["input_c"])
    windows = filters.padded(of_rows).reshape(p["output_c"], -1)
    packed = filters.pack(p, windows, signed=windows.shape[1] >= MANY)
    rows = min(max(1, PIXELS // p["output_w"]), p["output_h"])
    row = filters.up_to_words((p["output_w"] - 1) * apart + values)
    odd = apart % 2
    image = filters.image(p, row, rows, flip=not odd)
    turn = filters.turn(values)
    literals = turn, int(turn == values), int(p["kernel_h"] == 1), apart
    fields = (
        "input_h input_w input_c output_h output_w output_c kernel_h kernel_w stride_h stride_w "
        "dilation_h pad_top pad_left input_zero_point"
    )
    return Call(
        inputs=portable.inputs,
        params={
            **{name: p[name] for name in fields.split()},
            "is_signed": int(packed.leave == filters.SIGNED), "min": p["min"], "max": p["max"],
            "rows": rows, "values": values, "reach": filters.reach(p),
            "apart": apart, "down": p["stride_h"] * row, "hop": p["dilation_h"] * row - values,
            "image": image, **filters.run(p, packed, *literals, flip=odd),
            "filters": packed.words,
        },
        macs=portable.macs,
        saved=packed.saved,
        scratch=filters.expanded_bytes(values * p["kernel_h"]) + image[1],
    )  # fmt: skip


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """The rows under a window are neighbours in scratch, whatever the dilation."""
    p: dict[str, Any] = call.params
    form = row_form.windows(call, inputs, output)
    if form is None or (p["input_h"], p["output_h"]) != (inputs[0][1], output[1]):
        return None  # it lies on its side
    row = p["image"][0]
    image = filters.image_of_row(p)
    of_row = {"output_h": 1, "rows": 1, "hop": row - p["values"], "image": image}
    scratch = filters.expanded_bytes(p["values"] * p["kernel_h"]) + image[1]
    return replace(form, params=p | of_row, scratch=scratch)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A band's rows of the input are copied before its outputs are written."""
    return overlap.blocks(p | {"block": p["rows"]})


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1; (output_h, output_w, output_c)."""
    taps = p["kernel_h"], p["kernel_w"], p["input_c"]
    values = p["kernel_h"] * p["values"]
    packed = filters.weights_of(p, p["output_c"], values).reshape(-1, p["kernel_h"], p["values"])
    weights = packed[..., : prod(taps[1:])].reshape(-1, *taps)
    return filters.convolved(p | {"dilation_w": 1, "groups": 1}, x, weights, values)


KERNEL = Kernel(
    "tc_dsp_conv2d_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s8.KERNEL.constraints,
        windows_have_rows,
        there_are_pairs,
        pixels_are_near,
        *filters.CONSTRAINTS,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.DSP,
    family=DSP,
    packs=nibbles.are_int4,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of any window and stride.",
)
