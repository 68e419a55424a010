"""3x3 convolution of stride 1 on int8 by Winograd's F(2x2, 3x3): half the products, 3.6 times the flash."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, sums
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import window
from tinycompile.quantization import requantize
from tinycompile.target import Isa

SCALE = (
    6  # sums are held times 2^6: 4 of filters that are not halved, 16 to make the most of 16 bits
)
VALUES = 16  # of a tile, and of a filter
FILTER = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]])  # twice the usual, in integers
TILE = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
RESULT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])


def window_is_3x3(match: Match) -> str | None:
    """The window is 3x3, its stride and dilation 1, the border 1 on all sides, and there is one group."""
    p = window.convolution(match)
    words = ("kernel", "stride", "dilation")
    found = [p[f"{word}_{side}"] for word in words for side in "hw"] + [p["pad_top"], p["pad_left"]]
    if found != [3, 3, 1, 1, 1, 1, 1, 1]:
        return f"these are {found}"
    if (p["output_h"], p["output_w"]) != (p["input_h"], p["input_w"]):
        return "the output has another size"
    groups = int(match.attrs("conv").groups)
    return None if groups == 1 else f"there are {groups} groups"


def tiles_fit(match: Match) -> str | None:
    """The height is even; the width and both numbers of channels are multiples of 4."""
    p = window.convolution(match)
    h, w, channels, n = (p[name] for name in ("output_h", "output_w", "input_c", "output_c"))
    fits = h % 2 == w % 4 == channels % 4 == n % 4 == 0
    return None if fits else f"these are {h}, {w}, {channels} and {n}"


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = sums.without_large(portable.params)
    h, w, channels, n = (p[name] for name in ("output_h", "output_w", "input_c", "output_c"))
    plan = filters.requantization(p, SCALE)
    leave = filters.SIGNED if plan.signed else filters.RELU
    turn = channels if channels <= 24 else next(t for t in (16, 8, 4) if channels % t == 0)
    literals = turn, int(turn == channels)
    tiles = Instance("tc_dsp_tiles.h", "tc_dsp_tiles", "TC_DSP_TILES", literals, 160 + 22 * turn)
    flat = p["weights"].reshape(n, -1).astype(np.int64).sum(axis=1)
    bias = filters.as_words((p["bias"] - p["input_zero_point"] * flat) << SCALE)
    taps = words_of(p["weights"])
    blocks = []
    for start in range(0, n, filters.CHANNELS):
        four = slice(start, start + filters.CHANNELS)
        blocks += [bias[four], filters.four_constants(p, plan, start, leave)]
        blocks.append(taps[:, :, four].reshape(-1))
    row = w * channels // 4
    words = row + 8 * (w + 2) + 4 * w * channels + 32 * w
    return Call(
        inputs=portable.inputs,
        params={
            "height": h, "width": w, "input_c": channels, "output_c": n,
            "input_zero_point": p["input_zero_point"],
            "output_zero_point": p["output_zero_point"],
            "is_signed": int(plan.signed), "shift": plan.final_shift,
            "min": p["min"], "max": p["max"],
            "run": tiles, "filters": np.concatenate(blocks),
        },
        macs=portable.macs,
        scratch=4 * words,
    )  # fmt: skip


def words_of(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """(16 values, pairs of input channels, output channels) of weights OHWI."""
    w = weights.astype(np.int64)
    values = np.einsum("ai,nijc,bj->abcn", FILTER, w, FILTER) << 4
    values = values.reshape(VALUES, -1, 4, len(weights))  # input channels by fours
    pairs = [
        values[:, :, first] & 0xFFFF | (values[:, :, first + 2] & 0xFFFF) << 16 for first in (0, 1)
    ]
    return filters.as_words(np.stack(pairs, 2).reshape(VALUES, -1, len(weights)))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1; (height, width, output_c)."""
    h, w, channels, n = p["height"], p["width"], p["input_c"], p["output_c"]
    image = np.full((h + 2, w + 2, channels), p["input_zero_point"], np.int64)
    image[1:-1, 1:-1] = x.reshape(h, w, channels)
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4), (0, 1))[::2, ::2]
    tiles = np.einsum("ai,yxcij,bj->yxabc", TILE, windows, TILE)
    leave = filters.SIGNED if p["is_signed"] else filters.RELU
    head = filters.CHANNELS + filters.CONSTANTS[leave]
    output = np.zeros((h // 2, w // 2, 2, 2, n), np.int8)
    for i, block in enumerate(p["filters"].reshape(n // filters.CHANNELS, -1)):
        halves = block[head:].view(np.int16).reshape(4, 4, -1, 2, filters.CHANNELS, 2)
        of_filters = halves.transpose(0, 1, 2, 5, 3, 4).reshape(4, 4, channels, -1)
        products = np.einsum("yxabc,abcn->yxabn", tiles, of_filters.astype(np.int64))
        total = np.einsum("ia,yxabn,jb->yxijn", RESULT, products, RESULT)
        total = filters.wrapped(total + block[: filters.CHANNELS].astype(np.int64))
        constants = block[filters.CHANNELS : head].astype(np.int32).astype(np.int64)
        four = slice(i * filters.CHANNELS, (i + 1) * filters.CHANNELS)
        if constants[0] < 0:
            value = requantize(total >> SCALE, ~constants[0:8:2], constants[1:8:2])
            value += p["output_zero_point"]
        else:
            value = filters.short_results(total, constants, p["shift"], leave)
        output[..., four] = np.clip(value, p["min"], p["max"])
    return output.transpose(0, 2, 1, 3, 4).reshape(h, w, n)


KERNEL = Kernel(
    "tc_dsp_conv2d_winograd_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s8.KERNEL.constraints,
        window_is_3x3,
        tiles_fit,
        *filters.CONSTRAINTS,
    ),
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    per_image=True,
    lavish=True,
    summary="3x3 convolution of stride 1, by fewer products; for --optimize speed.",
)
