"""Depthwise convolution on int8 of any window: planes of four channels in scratch, two results at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import planes
from tinycompile.kernels.dsp.filters import sums_fit_24_bits
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import accumulate
from tinycompile.target import Isa

PLANES = 4096  # bytes for all four, if two rows of results do not need more
LARGEST_SHIFT = 23  # the output's zero point has room above it


def factors_are_usual(match: Match) -> str | None:
    """The factor of every channel, from sums to the output, is less than 1/2 and at least 2^-24."""
    factors = accumulate.channel_factors(match)
    shifts: Any = accumulate.multipliers(factors)["shifts"]
    odd = factors[(shifts > -1) | (shifts < -LARGEST_SHIFT)]
    return f"one is {odd[0]:.3g}" if len(odd) else None


def words(sizes: dict[str, int]) -> int:
    """Of a filter: four neighbours along a row are one."""
    along = sizes["kernel_w"] if sizes["dilation_w"] > 1 else -(-sizes["kernel_w"] // 4)
    return sizes["kernel_h"] * along


def instructions(sizes: dict[str, int]) -> int:
    """Of the inner loops, for one channel."""
    pairs = sizes["output_h"] * -(-sizes["output_w"] // 2)
    return (16 * words(sizes) + 24) * pairs + 24 * sizes["output_h"]


def lower(match: Match) -> Call:
    return call(depthwise_conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    upright, turned = (planes.sizes(p, way) for way in (False, True))
    is_turned = instructions(turned) < instructions(upright)
    sizes = turned if is_turned else upright
    width = (sizes["output_w"] - 1) * sizes["stride_w"] + reach(sizes, "w")
    row = (width + 6) // 4 * 4
    band = rows_at_once(sizes, row)
    plane = row * ((band - 1) * sizes["stride_h"] + reach(sizes, "h"))
    kept = ("input_zero_point", "output_zero_point", "min", "max")
    return Call(
        inputs=portable.inputs,
        params={
            "input_h": sizes["input_h"], "input_w": sizes["input_w"], "input_c": p["input_c"],
            "output_h": sizes["output_h"], "output_w": sizes["output_w"],
            "filters": p["output_c"] // p["input_c"],
            **{f"{name}_{along}": sizes[f"{name}_{along}"] for name in planes.ALONG[2:] for along in "hw"},
            "pad_top": sizes["pad_top"], "pad_left": sizes["pad_left"],
            **{name: p[name] for name in kept}, "band": band, "plane_row": row,
            **planes.steps(p, is_turned), **pack(p, is_turned),
        },
        macs=portable.macs,
        scratch=4 * plane + 12 * words(sizes),
    )  # fmt: skip


def reach(sizes: dict[str, int], along: str) -> int:
    """Pixels from the first to the last of a window."""
    return (sizes[f"kernel_{along}"] - 1) * sizes[f"dilation_{along}"] + 1


def rows_at_once(sizes: dict[str, int], row: int) -> int:
    """How many rows of results the planes have room for."""
    room = PLANES // (4 * row) - reach(sizes, "h")
    return min(max(1 + room // sizes["stride_h"], 2), sizes["output_h"])


def pack(p: dict[str, Any], turned: bool) -> dict[str, NDArray[Any]]:
    """The tables."""
    weights = np.moveaxis(p["weights"], 2, 0)  # (O, H, W)
    taps = (weights.swapaxes(1, 2) if turned else weights).reshape(-1)
    sums = weights.astype(np.int64).sum(axis=(1, 2))
    return {
        "weights": np.concatenate([taps, np.zeros(3, np.int8)]),
        "bias": (p["bias"] - p["input_zero_point"] * sums).astype(np.int32),
        "multipliers": p["multipliers"],
        "shifts": -p["shifts"],
    }


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    channels, zero_point = p["input_c"] * p["filters"], p["input_zero_point"]
    taps = p["weights"][:-3].reshape(channels, p["kernel_h"], p["kernel_w"])
    weights = np.moveaxis(taps, 0, 2).astype(np.int64)
    image = planes.image(p, x, p["input_c"]).astype(np.int64) - zero_point
    bias = p["bias"] + zero_point * weights.sum(axis=(0, 1))
    geometry = p | {"output_c": channels, "weights": weights, "bias": bias}
    sums = depthwise_conv2d_s8.sums(geometry, image)
    return planes.output(p, accumulate.leave(p | {"shifts": -p["shifts"]}, sums))


KERNEL = Kernel(
    "tc_dsp_depthwise_conv2d_s8",
    depthwise_conv2d_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *depthwise_conv2d_s8.KERNEL.constraints,
        planes.no_window_is_empty,
        sums_fit_24_bits,
        factors_are_usual,
    ),
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter or several.",
)
