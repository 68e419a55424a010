"""Depthwise convolution of int16 by int8, of any window: two pixels of two channels at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, filters_s16, planes
from tinycompile.kernels.dsp.dsp_conv2d_s16 import is_inside, overlaps
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.portable.s16 import depthwise_conv2d_s16
from tinycompile.kernels.shared import high_half_requantization as high_half
from tinycompile.kernels.shared import window
from tinycompile.target import Isa

ROOM = 6144  # bytes of rows in scratch, if one row of the output does not need more
FIELDS = (
    "input_h input_w input_c output_h output_w output_c kernel_h kernel_w stride_h stride_w dilation_h "
    "dilation_w pad_top pad_left min max direct turned rows reach taps factors lines_of_window next_line "
    "down x_apart y_apart y_down image run weights bias leave"
)


def output_has_pairs(match: Match) -> str | None:
    """The output has 2 channels and 2 pixels or more."""
    p = window.convolution(match)
    channels, pixels = p["output_c"], p["output_h"] * p["output_w"]
    return None if channels >= 2 and pixels >= 2 else f"it has {channels} and {pixels}"


def lower(match: Match) -> Call:
    return call(depthwise_conv2d_s16.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = high_half.steady(portable.params, axis=2)
    params = p | plan(p)
    turned = params["turned"]
    sizes = planes.sizes(p, bool(turned))
    literals = (
        sizes["kernel_w"], params.pop("step"), params["x_apart"], filters_s16.is_relu(p), p["narrow"]
    )  # fmt: skip
    code = 28 * min(sizes["kernel_w"], 16) + 200
    weights = p["weights"].swapaxes(0, 1) if turned else p["weights"]
    params |= filters_s16.rest_of_bounds(p) | {
        "run": Instance(
            "tc_dsp_lanes_s16.h", "tc_dsp_lanes_s16", "TC_DSP_LANES_S16", literals, code
        ),
        "weights": np.ascontiguousarray(weights),
        "bias": p["bias"].astype(np.int32),
        "leave": filters_s16.factors(p),
    }
    scratch = 4 * (2 + 2 * params["factors"] + params["taps"]) + params["image"][1]
    params = {name: params[name] for name in FIELDS.split()}
    return Call(portable.inputs, params, macs=portable.macs, scratch=scratch)


def plan(p: dict[str, Any]) -> dict[str, Any]:
    """Where windows are read, and in which order."""
    pixel, one_filter = 2 * p["output_c"], p["output_c"] == p["input_c"]
    direct = one_filter and is_inside(p)
    used = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    row = pixel * p["input_w"] if direct else filters.up_to_words(pixel * used)
    whole = (p["output_h"] - 1) * p["stride_h"] + filters.reach(p)
    slim = p["kernel_h"] > p["kernel_w"] and p["output_h"] > 1
    turned = p["output_w"] == 1 or (slim and (direct or whole * row <= ROOM))
    rows = p["output_h"]
    if not (direct or turned):
        rows = min(rows, max(1, (ROOM // row - filters.reach(p)) // p["stride_h"] + 1))
    sizes = planes.sizes(p, turned)
    steps, outs = (pixel, row), (pixel, p["output_w"] * pixel)
    if turned:
        steps, outs = steps[::-1], outs[::-1]
    return {
        "direct": int(direct), "turned": int(turned), "rows": rows, "reach": filters.reach(p),
        "taps": p["kernel_h"] * p["kernel_w"], "factors": filters_s16.factors_of(p["narrow"]),
        "lines_of_window": sizes["kernel_h"],
        "step": sizes["dilation_w"] * steps[0], "next_line": sizes["dilation_h"] * steps[1],
        "x_apart": sizes["stride_w"] * steps[0], "down": sizes["stride_h"] * steps[1],
        "y_apart": outs[0], "y_down": outs[1], "image": (0,) * 7 if direct else image(p, row, rows),
    }  # fmt: skip


def image(p: dict[str, Any], row: int, rows: int) -> tuple[int, ...]:
    """struct tc_dsp_image: as of int8, of twice as many channels."""
    bytes_of = {"input_c": 2 * p["output_c"], "input_zero_point": 0}
    return filters.image(p | bytes_of, row, rows, flip=False)


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1."""
    pixels = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    weights = p["weights"].swapaxes(0, 1) if p["turned"] else p["weights"]
    sums = depthwise_conv2d_s8.sums(p | {"weights": weights}, pixels)
    factors = p["leave"].astype(np.int32).astype(np.int64)
    output: NDArray[np.int16] = filters_s16.leave(p, filters.wrapped(sums), factors)
    return output


KERNEL = Kernel(
    "tc_dsp_depthwise_conv2d_s16",
    depthwise_conv2d_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *depthwise_conv2d_s16.KERNEL.constraints,
        high_half.sums_leave_at_once,
        output_has_pairs,
    ),
    overlaps=overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each int16 channel by itself, with one int8 filter or several.",
)
