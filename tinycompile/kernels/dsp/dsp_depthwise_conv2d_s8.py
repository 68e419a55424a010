"""Depthwise convolution on int8 of any window: four channels at a time, as pairs of neighbours in scratch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, planes
from tinycompile.kernels.dsp.dsp_conv2d_s8 import upright
from tinycompile.kernels.dsp.factors import factors_are_small, usual
from tinycompile.kernels.dsp.sums import sums_fit_24_bits, without_large
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import accumulate, nibbles, window
from tinycompile.target import Isa

HEADER = "tc_dsp_taps.h"
WIDEN = Instance("tc_dsp_widen.h", "tc_dsp_widen", "TC_DSP_WIDEN", (4,), 60)
ROOM = 6144  # bytes for pixels as pairs, if two rows of results do not need more
MOST_PAIRS = 40  # of a window: about 1 KiB of code


def channels_are_several(match: Match) -> str | None:
    """The input has several channels; with one, the layer is an ordinary convolution, and faster as that."""
    return "it has one" if match.shape("input")[3] == 1 else None


def window_is_small(match: Match) -> str | None:
    """Two neighbours in a row, or in a column, of the window's taps are a pair; there are at most 40."""
    p = window.convolution(match)
    count = min(s["kernel_h"] * pairs(s) for s in (planes.sizes(p, way) for way in (False, True)))
    return None if count <= MOST_PAIRS else f"they are {count}"


def output_has_four_channels(match: Match) -> str | None:
    """The output has 4 channels or more."""
    channels = match.shape("conv")[3]
    return None if channels >= 4 else f"it has {channels}"


def dilation_or_stride_is_1(match: Match) -> str | None:
    """Along rows and along columns, the stride is 1 or the dilation is."""
    p = window.convolution(match)
    both = [d for d in "hw" if min(p[f"stride_{d}"], p[f"dilation_{d}"]) > 1]
    return f"they are {p[f'stride_{both[0]}']} and {p[f'dilation_{both[0]}']}" if both else None


def rearranging_pays(match: Match) -> str | None:
    """Channels have several filters, weights 4 bits, or there are results enough to rearrange pixels for."""
    p = upright(window.convolution(match))
    results, taps = p["output_h"] * p["output_w"], p["kernel_h"] * p["kernel_w"]
    straight = results * (330 + 45 * (p["kernel_h"] - 1) + 16 * taps)  # cycles, as measured
    rearranged = 2.1 * min(instructions(planes.sizes(p, way)) for way in (False, True))
    pays = p["output_c"] != p["input_c"] or nibbles.are_int4(match) or rearranged < straight
    return None if pays else f"there are {results} of {taps} taps"


def pairs(sizes: dict[str, int]) -> int:
    """That a row of the window takes: one more where it may begin in the second place of a pair."""
    anywhere = sizes["stride_w"] % 2 or sizes["pad_left"] % 2
    return (sizes["kernel_w"] + (2 if anywhere else 1)) // 2


def instructions(sizes: dict[str, int]) -> int:
    """Of the inner loops and what prepares them, for four channels."""
    results = sizes["output_h"] * sizes["output_w"]
    taps = 6 * sizes["kernel_h"] * pairs(sizes)
    return (
        (40 + taps) * results
        + 6 * taps
        + 60 * sizes["output_h"]
        + 7 * sizes["input_h"] * sizes["input_w"]
    )


def lower(match: Match) -> Call:
    return call(depthwise_conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = without_large(portable.params, axis=2)
    upright, turned = (planes.sizes(p, way) for way in (False, True))
    is_turned = instructions(turned) < instructions(upright)
    sizes = turned if is_turned else upright
    in_row, stride = pairs(sizes), sizes["stride_w"]
    columns = -(-sizes["output_w"] // sizes["dilation_w"])
    row = ((columns - 1) * stride + 1) // 2 + in_row
    band = rows_at_once(sizes, row)
    height = (band - 1) * sizes["stride_h"] + reach(sizes)
    kept = ("input_zero_point", "output_zero_point", "min", "max")
    tables = pack(p, is_turned)
    small = nibbles.fit(p["weights"])
    if small:
        tables["weights"] = halved(tables["weights"])
    return Call(
        inputs=portable.inputs,
        params={
            "input_h": sizes["input_h"], "input_w": sizes["input_w"], "input_c": p["input_c"],
            "output_h": sizes["output_h"], "output_w": sizes["output_w"], "output_c": p["output_c"],
            "kernel_h": sizes["kernel_h"], "kernel_w": sizes["kernel_w"], "pairs": in_row,
            "stride_h": sizes["stride_h"], "stride_w": stride,
            "dilation_h": sizes["dilation_h"], "dilation_w": sizes["dilation_w"],
            "pad_top": sizes["pad_top"], "pad_left": sizes["pad_left"],
            **{name: p[name] for name in kept}, "band": band, "row_pairs": row,
            **planes.steps(p, is_turned),
            "taps": function(sizes["kernel_h"], in_row), "widen": WIDEN if small else None, **tables,
        },
        macs=portable.macs,
        scratch=16 * sizes["kernel_h"] * in_row + 16 * row * height + small * widened_bytes(sizes),
        saved=p["weights"].nbytes - tables["weights"].nbytes,
    )  # fmt: skip


def widened_bytes(sizes: dict[str, int]) -> int:
    """Of scratch, for four channels' weights."""
    taps = sizes["kernel_h"] * sizes["kernel_w"]
    return 4 * (taps + taps % 2)


def halved(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """int4 (kernel_h, kernel_w, channels): of each four channels and two taps a word, w + 8 in four bits."""
    taps = weights.reshape(-1, weights.shape[2])
    taps = np.pad(taps, ((0, len(taps) % 2), (0, 0))) + 8
    words = (taps[0::2] | taps[1::2] << 4).astype(np.int8)
    fours = [words[:, c : c + filters.CHANNELS] for c in filters.starts(weights.shape[2])]
    return np.concatenate([four.reshape(-1) for four in fours])


def weights_of(p: dict[str, Any]) -> NDArray[np.int8]:
    """(kernel_h, kernel_w, channels)"""
    if p["widen"] is None:
        return np.asarray(p["weights"])
    count, channels = p["kernel_h"] * p["kernel_w"], p["output_c"]
    taps = np.zeros((count + count % 2, channels), np.int8)
    starts = filters.starts(channels)
    for c, four in zip(
        starts, p["weights"].view(np.uint8).reshape(len(starts), -1, 4), strict=True
    ):
        taps[0::2, c : c + 4], taps[1::2, c : c + 4] = (four & 15) - 8, (four >> 4) - 8
    return taps[:count].reshape(p["kernel_h"], p["kernel_w"], channels)


def function(rows: int, in_row: int) -> Instance:
    return Instance(
        HEADER, "tc_dsp_taps", "TC_DSP_TAPS", (rows, in_row), 200 + rows * (4 + 24 * in_row)
    )


def reach(sizes: dict[str, int]) -> int:
    """Rows from the first to the last of a window."""
    return (sizes["kernel_h"] - 1) * sizes["dilation_h"] + 1


def rows_at_once(sizes: dict[str, int], row: int) -> int:
    """How many rows of results the pairs have room for."""
    room = ROOM // (16 * row) - reach(sizes)
    return min(max(1 + room // sizes["stride_h"], 2), sizes["output_h"])


def pack(p: dict[str, Any], turned: bool) -> dict[str, NDArray[Any]]:
    """The tables."""
    sums = p["weights"].astype(np.int64).sum(axis=(0, 1))
    return {
        "weights": np.ascontiguousarray(p["weights"].swapaxes(0, 1)) if turned else p["weights"],
        "bias": (p["bias"] - p["input_zero_point"] * sums).astype(np.int32),
    } | usual(p["multipliers"], p["shifts"])


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    zero_point = p["input_zero_point"]
    image = planes.image(p, x, p["input_c"]).astype(np.int64) - zero_point
    weights = weights_of(p).astype(np.int64)
    bias = p["bias"] + zero_point * weights.sum(axis=(0, 1))
    sums = depthwise_conv2d_s8.sums(p | {"bias": bias, "weights": weights}, image)
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
        factors_are_small,
        channels_are_several,
        dilation_or_stride_is_1,
        window_is_small,
        output_has_four_channels,
        rearranging_pays,
    ),
    isa=Isa.DSP,
    family=DSP,
    packs=nibbles.are_int4,
    overlaps=planes.in_place,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter or several.",
)
