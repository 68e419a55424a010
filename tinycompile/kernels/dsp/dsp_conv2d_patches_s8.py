"""conv2d on int8 whose windows are copied to scratch: of few channels, any dilation and number of groups."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, sums
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles, overlap
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

PATCHES = 2688  # bytes of windows that are made at a time, if those are 16 pixels or more
FEWEST, MOST = 16, 96  # pixels at a time
KEPT = 1024  # bytes of filters that are expanded once, for all pixels


def values_of(p: dict[str, Any]) -> int:
    """Of a window of one group, up to a multiple of 4."""
    return filters.up_to_words(int(prod(p["weights"].shape[1:])))


def windows_are_small(match: Match) -> str | None:
    """A window of one group has at most 4060 values."""
    count = prod(match.shape("weights")[1:])
    return None if count <= filters.FARTHEST - 4 else f"it has {count}"


def groups_have_fours(match: Match) -> str | None:
    """There is one group, or each has 4 output channels or more."""
    groups, channels = int(match.attrs("conv").groups), match.shape("conv")[3]
    fits = groups == 1 or channels // groups >= filters.CHANNELS
    return None if fits else f"there are {groups} of {channels // groups}"


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = sums.without_large(portable.params)
    values, groups, of_group = values_of(p), p["groups"], p["output_c"] // p["groups"]
    packed = filters.pack(p, filters.padded(p["weights"].reshape(p["output_c"], -1)), groups)
    fours = len(filters.starts(of_group))
    kept = groups == 1 and fours * filters.expanded_bytes(values) <= KEPT
    rows, columns = band(p, values)
    pixels = rows * columns + rows * columns % 2
    used = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    row = filters.up_to_words(used * p["input_c"])
    image = filters.image(p, row, rows, flip=False)
    turn = filters.turn(values)
    made = 4 * pixels if of_group < filters.CHANNELS else 8
    fields = (
        "input_h input_w input_c output_h output_w output_c kernel_h kernel_w stride_h stride_w "
        "dilation_h dilation_w pad_top pad_left groups input_zero_point"
    )
    params = {
        **{name: p[name] for name in fields.split()},
        "is_signed": int(packed.leave == filters.SIGNED), "min": p["min"], "max": p["max"],
        "rows": rows, "columns": columns, "pixels": pixels, "made": made, "kept": int(kept),
        "values": values, "reach": filters.reach(p),
        "group_in": p["input_c"] // groups, "group_out": of_group,
        "across": p["stride_w"] * p["input_c"], "down": p["stride_h"] * row,
        "next_row": p["dilation_h"] * row, "next_tap": p["dilation_w"] * p["input_c"],
        "image": image, "gather": patches(p, values),
        **filters.run(p, packed, turn, int(turn == values), 1, values, flip=0),
        "filters": packed.words,
    }  # fmt: skip
    return Call(
        portable.inputs, params, macs=portable.macs, scratch=scratch(params), saved=packed.saved
    )


def band(p: dict[str, Any], values: int) -> tuple[int, int]:
    """Rows and columns of the output that are made at a time."""
    pixels = min(MOST, max(FEWEST, PATCHES // values))
    columns = min(p["output_w"], pixels)
    return (min(pixels // columns, p["output_h"]) if columns == p["output_w"] else 1), columns


def patches(p: dict[str, Any], values: int) -> Instance:
    """The function that copies windows."""
    channels = p["input_c"] // p["groups"]
    near = p["groups"] == 1 and p["dilation_w"] == 1
    runs, count = (1, p["kernel_w"] * channels) if near else (p["kernel_w"], channels)
    literals = p["kernel_h"], runs, count, values
    return Instance("tc_dsp_patches.h", "tc_dsp_patches", "TC_DSP_PATCHES", literals, 150)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """The rows under a window are neighbours in scratch, whatever the dilation."""
    form = row_form.windows(call, inputs, output)
    if form is None:
        return None
    p: dict[str, Any] = call.params
    few = p["group_out"] < filters.CHANNELS
    pixels, image = p["columns"] + p["columns"] % 2, filters.image_of_row(p)
    made = 4 * pixels if few else 8
    of_row = {"output_h": 1, "rows": 1, "pixels": pixels, "made": made}
    return replace(
        form,
        params=p | of_row | {"next_row": image[0], "image": image},
        scratch=scratch(p | {"pixels": pixels, "made": made, "image": image}),
    )


def scratch(p: dict[str, Any]) -> int:
    """Bytes: filters, windows, results, rows of the image."""
    fours = len(filters.starts(p["group_out"])) if p["kept"] else 1
    expanded = filters.expanded_bytes(p["values"])
    return int(expanded * fours + p["pixels"] * p["values"] + p["made"] + p["image"][1])


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A band's rows of the input are copied before its outputs are written."""
    return overlap.blocks(p | {"block": p["rows"]})


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1; (output_h, output_w, output_c)."""
    taps = p["kernel_h"], p["kernel_w"], p["input_c"] // p["groups"]
    packed = filters.weights_of(p, p["output_c"], p["values"], p["groups"])
    weights = packed[:, : prod(taps)].reshape(-1, *taps)
    return filters.convolved(p, x, weights, p["values"])


KERNEL = Kernel(
    "tc_dsp_conv2d_patches_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s8.KERNEL.constraints,
        windows_are_small,
        groups_have_fours,
        *filters.CONSTRAINTS,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.DSP,
    family=DSP,
    packs=nibbles.are_int4,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of few channels, any dilation or number of groups.",
)
