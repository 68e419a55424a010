"""conv2d on int16 by int8: windows are read where they are, or in scratch, two pixels by four channels."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, filters_s16
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.portable.s16 import conv2d_s16
from tinycompile.kernels.shared import high_half_requantization as high_half
from tinycompile.kernels.shared import overlap, window
from tinycompile.target import Isa

PIXELS = 64  # that are made at a time from scratch, if windows are not copied: they share unpacked filters
PATCHES = 4608  # bytes of copied windows that are made at a time, if those are 16 pixels or more
FEWEST = 16
SHORTEST = 12  # values of a window's row: fewer are better copied window by window
FIELDS = (
    "input_h input_w input_c output_h output_w output_c kernel_h kernel_w stride_h stride_w dilation_h "
    "dilation_w pad_top pad_left groups min max direct rows columns row_columns reach group_in group_out "
    "factors pairs span hop apart across down next_row next_tap patches made image gather run filters"
)


def windows_are_near(match: Match) -> str | None:
    """From a window to the next there are at most 4095 bytes, where they are copied or where they are."""
    p = window.convolution(match) | {"groups": int(match.attrs("conv").groups)}
    apart = plan(p)["apart"]
    return None if apart <= filters.FARTHEST else f"there are {apart}"


def lower(match: Match) -> Call:
    return call(conv2d_s16.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = high_half.steady(portable.params)
    params = p | plan(p)
    count, pairs = runs(params), params["pairs"]
    params |= filters_s16.rest_of_bounds(p) | {
        "factors": filters.CHANNELS * filters_s16.factors_of(p["narrow"]),
        "gather": patches(p, pairs) if params["patches"] else None,
        "run": filters_s16.run(p, pairs // count, count, params["apart"]),
        "filters": filters_s16.pack(p, windows(params), p["groups"]),
    }
    params = {name: params[name] for name in FIELDS.split()}
    return Call(portable.inputs, params, macs=portable.macs, scratch=scratch(params))


def runs(p: dict[str, Any]) -> int:
    """Of neighbouring values in a window, where it is read."""
    return 1 if p["patches"] else int(p["kernel_h"])


def windows(p: dict[str, Any]) -> NDArray[np.int8]:
    """The weights as they meet the values of a window."""
    count, channels = runs(p), p["output_c"]
    of_runs = p["weights"].reshape(channels * count, -1)
    more = 2 * p["pairs"] // count - of_runs.shape[1]
    return filters.padded(np.pad(of_runs, ((0, 0), (0, more))).reshape(channels, -1))


def plan(p: dict[str, Any]) -> dict[str, Any]:
    """Where windows are read, and how."""
    of_row = p["kernel_w"] * p["input_c"] // p["groups"]
    is_row = p["kernel_w"] == 1 or (p["dilation_w"] == 1 and p["groups"] == 1)
    many = p["output_c"] // p["groups"] >= filters.CHANNELS and p["output_w"] > 1
    if not (is_row and many and (of_row >= SHORTEST or p["kernel_h"] * p["kernel_w"] == 1)):
        return copied(p)
    return direct(p) if of_row % 2 == 0 and is_inside(p) else from_rows(p)


def is_inside(p: dict[str, Any]) -> bool:
    """No window reaches beyond the input."""
    last = [
        (p[f"output_{d}"] - 1) * p[f"stride_{d}"] + (p[f"kernel_{d}"] - 1) * p[f"dilation_{d}"]
        for d in "hw"
    ]
    return not (p["pad_top"] or p["pad_left"]) and last[0] < p["input_h"] and last[1] < p["input_w"]


def direct(p: dict[str, Any]) -> dict[str, Any]:
    """Windows are read from the input."""
    row, apart = 2 * p["input_w"] * p["input_c"], 2 * p["stride_w"] * p["input_c"]
    of_run, down = p["kernel_w"] * p["input_c"] // p["groups"] // 2, p["stride_h"] * row
    rows, columns = p["output_h"], p["output_w"]
    if down == columns * apart:
        rows, columns = 1, rows * columns
    where = in_place(p, of_run, row) | {"image": (0,) * 7, "down": down, "direct": 1}
    return where | {"rows": rows, "columns": columns, "row_columns": columns}


def from_rows(p: dict[str, Any]) -> dict[str, Any]:
    """Windows are read from rows in scratch."""
    apart, of_group = 2 * p["stride_w"] * p["input_c"], p["input_c"] // p["groups"]
    of_run = filters_s16.rounded(-(-p["kernel_w"] * of_group // 2))
    before = (p["output_w"] - 1) * apart + 2 * (p["input_c"] - of_group)
    row, rows = (
        filters.up_to_words(before + 4 * of_run),
        min(max(1, PIXELS // p["output_w"]), p["output_h"]),
    )
    where = in_place(p, of_run, row) | {"image": image(p, row, rows), "down": p["stride_h"] * row}
    columns = p["output_w"]
    return where | {"direct": 0, "rows": rows, "columns": columns, "row_columns": columns}


def in_place(p: dict[str, Any], of_run: int, row: int) -> dict[str, Any]:
    """Of windows whose rows, of `of_run` pairs, are read from rows of so many bytes."""
    apart, span = 2 * p["stride_w"] * p["input_c"], 4 * of_run
    return {
        "reach": filters.reach(p),
        "group_in": p["input_c"] // p["groups"], "group_out": p["output_c"] // p["groups"],
        "pairs": p["kernel_h"] * of_run, "span": span, "hop": p["dilation_h"] * row - span,
        "apart": apart, "across": apart, "next_row": 0, "next_tap": 0, "patches": 0, "made": 0,
    }  # fmt: skip


def copied(p: dict[str, Any]) -> dict[str, Any]:
    """Windows are copied from rows in scratch."""
    group_in, group_out = p["input_c"] // p["groups"], p["output_c"] // p["groups"]
    pairs = filters_s16.rounded(-(-p["kernel_h"] * p["kernel_w"] * group_in // 2))
    some = min(PIXELS, max(FEWEST, PATCHES // (4 * pairs)))
    columns = min(p["output_w"], some)
    rows = min(some // columns, p["output_h"]) if columns == p["output_w"] else 1
    pixels = rows * columns + rows * columns % 2
    used = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    row = filters.up_to_words(2 * used * p["input_c"])
    return {
        "direct": 0, "rows": rows, "columns": columns, "row_columns": p["output_w"],
        "reach": filters.reach(p), "group_in": group_in, "group_out": group_out,
        "pairs": pairs, "span": 4 * pairs, "hop": 0, "apart": 4 * pairs,
        "across": 2 * p["stride_w"] * p["input_c"], "down": p["stride_h"] * row,
        "next_row": p["dilation_h"] * row, "next_tap": 2 * p["dilation_w"] * p["input_c"],
        "patches": 4 * pairs * pixels, "made": 8 * pixels if group_out < filters.CHANNELS else 16,
        "image": image(p, row, rows),
    }  # fmt: skip


def image(p: dict[str, Any], row: int, rows: int) -> tuple[int, ...]:
    """struct tc_dsp_image: as of int8, of twice as many channels."""
    bytes_of = {"input_c": 2 * p["input_c"], "input_zero_point": 0}
    return filters.image(p | bytes_of, row, rows, flip=False)


def patches(p: dict[str, Any], pairs: int) -> Instance:
    """The function that copies windows."""
    channels = p["input_c"] // p["groups"]
    near = p["groups"] == 1 and p["dilation_w"] == 1
    count, values = (1, p["kernel_w"] * channels) if near else (p["kernel_w"], channels)
    literals = p["kernel_h"], count, 2 * values, 4 * pairs
    return Instance("tc_dsp_patches.h", "tc_dsp_patches", "TC_DSP_PATCHES_S16", literals, 150)


def scratch(p: dict[str, Any]) -> int:
    """Bytes: filters, windows, results, rows of the image."""
    filters = 4 * (4 + 4 * p["pairs"] + p["factors"])
    return int(filters + p["patches"] + p["made"] + p["image"][1])


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A band's rows of the input are copied before its outputs are written; what is read there is not."""
    if p["direct"]:
        return (None,)
    (distance,) = overlap.blocks(p | {"block": p["rows"]})
    return (None if distance is None else 2 * distance,)


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1; (output_h, output_w, output_c)."""
    taps = p["kernel_h"], p["kernel_w"], p["group_in"]
    channels, values = p["output_c"], filters.up_to_words(2 * p["pairs"])
    packed = filters_s16.weights_of(p, channels, p["groups"], values)[:, : 2 * p["pairs"]]
    of_runs = packed.reshape(channels * runs(p), -1)[:, : prod(taps) // runs(p)]
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    plain = p | {"weights": of_runs.reshape(-1, *taps), "bias": 0}
    return filters_s16.results(p, conv2d_s8.sums(plain, image), p["groups"], values)


KERNEL = Kernel(
    "tc_dsp_conv2d_s16",
    conv2d_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s16.KERNEL.constraints,
        high_half.sums_leave_at_once,
        windows_are_near,
    ),
    overlaps=overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of int16 by int8, of any stride, dilation, padding and number of groups.",
)
