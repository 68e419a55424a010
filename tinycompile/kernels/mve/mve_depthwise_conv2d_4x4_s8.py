"""Depthwise conv2d on int8 for Helium, of kernels up to 4x4: 16 inputs of a channel are one vector."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.families import MVE
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.kernels.shared import window
from tinycompile.target import Isa

PATCH = 4  # inputs in each direction
COLUMN = 64  # bytes of 4 rows of 16 channels


def channels_have_one_filter(match: Match) -> str | None:
    """Each channel has one filter, and there are several channels."""
    channels, filters = match.shape("input")[3], match.shape("conv")[3]
    fits = channels == filters > 1
    return None if fits else f"there are {filters} filters for {channels}"


def kernels_are(most: int) -> Constraint:
    def check(match: Match) -> str | None:
        height, width = match.shape("weights")[1:3]
        return f"it is {height}x{width}" if max(height, width) > most else None

    check.__doc__ = f"The kernel is at most {most}x{most}."
    return check


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    p, weights = dense.numbers(portable.params), portable.params["weights"]
    assert isinstance(weights, np.ndarray)
    layer = dense.Layer.of(portable.params, weights.reshape(-1, p["output_c"]).T)
    requantized, words = dense.requantization(layer)
    turn = p["output_h"] > p["output_w"]  # long rows cost less
    fields = geometry(p, "w", "h") if turn else geometry(p, "h", "w")
    points = {name: p[name] for name in ("input_zero_point", "output_zero_point", "min", "max")}
    tables = {
        "weights": patches(weights.transpose(1, 0, 2) if turn else weights),
        "words": np.ascontiguousarray(words.T),
    }
    params = fields | points | {"square": square(p)} | requantized | tables
    return replace(portable, params=params, scratch=scratch(params))


def geometry(p: dict[str, Any], h: str, w: str) -> dict[str, Param]:
    """The struct's first fields, rows along `h` and columns along `w`."""
    channels = p["output_c"]
    steps = {"h": p["input_w"] * channels, "w": channels}
    output_steps = {"h": p["output_w"] * channels, "w": channels}
    before = {"h": p["pad_top"], "w": p["pad_left"]}
    return {
        "input_h": p[f"input_{h}"], "input_w": p[f"input_{w}"], "channels": channels,
        "output_h": p[f"output_{h}"], "output_w": p[f"output_{w}"],
        "stride_h": p[f"stride_{h}"], "stride_w": p[f"stride_{w}"],
        "dilation_h": p[f"dilation_{h}"], "dilation_w": p[f"dilation_{w}"],
        "pad_top": before[h], "pad_left": before[w],
        "input_row": steps[h], "input_column": steps[w],
        "output_row": output_steps[h], "output_column": output_steps[w],
    }  # fmt: skip


def square(p: dict[str, Any]) -> int:
    """Whether a patch is good for 2x2 outputs."""
    ones = ("stride_h", "stride_w", "dilation_h", "dilation_w")
    small = max(p["kernel_h"], p["kernel_w"]) < PATCH
    return int(
        small and all(p[name] == 1 for name in ones) and min(p["output_h"], p["output_w"]) > 1
    )


def patches(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """(height, width, channels) as (channels, column, row) of 4x4, behind 4 bytes that are 0."""
    height, width, channels = weights.shape
    padded = np.zeros((channels, PATCH, PATCH), np.int8)
    padded[:, :width, :height] = weights.transpose(2, 1, 0)
    return np.concatenate([np.zeros(PATCH, np.int8), padded.ravel()])


def scratch(p: dict[str, Any]) -> int:
    """Bytes: the columns that a row of outputs sees."""
    seen = p["output_w"] - 1 if p["square"] else max(p["output_w"], 4)
    columns = (seen - 1) * p["stride_w"] + (PATCH - 1) * p["dilation_w"] + 1
    return int(columns * COLUMN)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    h, w, channels = p["input_h"], p["input_w"], p["channels"]
    image = x.reshape(h, w, channels)
    if p["input_row"] < p["input_column"]:
        image = x.reshape(w, h, channels).swapaxes(0, 1)
    weights = p["weights"][PATCH:].reshape(-1, PATCH, PATCH).transpose(2, 1, 0)  # (H, W, C)
    sizes = {"kernel_h": PATCH, "kernel_w": PATCH}
    sums = np.zeros((p["output_h"], p["output_w"], p["channels"]), np.int64)
    zero_point = p["input_zero_point"]
    for ky, kx, where, pixels in window.taps(p | sizes, image.astype(np.int64) - zero_point):
        sums[where] += pixels * weights[ky, kx]
    sums += zero_point * weights.sum(axis=(0, 1), dtype=np.int64)
    outputs = dense.leave(p, sums, p["words"].T.astype(np.int64))
    turned = p["output_row"] < p["output_column"]
    return np.ascontiguousarray(outputs.swapaxes(0, 1)) if turned else outputs


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_4x4_s8",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        channels_have_one_filter,
        kernels_are(PATCH),
    ),
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter of up to 4x4.",
    family=MVE,
)
