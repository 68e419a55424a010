"""Filters as convolutions of this family have them in flash: tc_dsp_filters.h says how.

Of each four output channels there are words: biases, weights, constants of the short requantisation. Where
those of a channel are not proved, its four go through a function that requantises as TFLite does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Instance
from tinycompile.kernel import Constraint, Match
from tinycompile.kernels.dsp.sums import sums_fit_24_bits
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.quantization import requantize

HEADER, RUN = "tc_dsp_run.h", "tc_dsp_run"
EXPAND_BYTES = {8: 60, 4: 170}
SCALE = 8  # sums are held times 2^8
CHANNELS = 4
EVEN = 0x00800080  # turns the signs of the even bytes of a word
SIGNED, RELU = 0, 1
LONGEST_TURN = 28
FARTHEST = 4064  # bytes from a pixel to the next, that instructions of a turn take
LEAVE_BYTES = {SIGNED: 300, RELU: 220}
CONSTANTS = {SIGNED: 12, RELU: 8}  # words of four channels


@dataclass(frozen=True)
class Filters:
    """`words` for flash, and what functions that take them must know."""

    words: NDArray[np.uint32]
    shift: int
    leave: int
    exact: bool  # some of the channels are requantised as TFLite does
    bits: int  # of a weight in flash
    saved: int  # bytes, where these are not 8


def starts(channels: int, groups: int = 1) -> list[int]:
    """The first channel of each four; the last four of a group may overlap others, or are fewer."""
    of_group = channels // groups
    last = max(of_group - CHANNELS, 0)
    fours = [min(c, last) for c in range(0, of_group, CHANNELS)]
    return [group * of_group + c for group in range(groups) for c in fours]


def expanded_bytes(values: int) -> int:
    """Of scratch, for four channels with windows of so many values: TC_DSP_EXPANDED."""
    return 4 * (4 + 2 * values + 12)


def requantization(p: dict[str, Any], scale: int = SCALE) -> short.ShortRequantization:
    """Of the parameters of a portable kernel with weights (channels, ...)."""
    weights = p["weights"].reshape(len(p["weights"]), -1)
    return short.plan(
        [short.Factor(int(m), int(s)) for m, s in zip(p["multipliers"], p["shifts"], strict=True)],
        short.Output(p["output_zero_point"], p["min"], p["max"]),
        short.reaches(weights, p["bias"], p.get("input_zero_point", 0)),
        scale,
    )


def pack(
    p: dict[str, Any], windows: NDArray[np.int8], groups: int = 1, *, signed: bool = False
) -> Filters:
    """`windows` are the weights of portable parameters as (channels, values of a window, a multiple of 4).

    With `signed` they are for a function that takes any outputs.
    """
    few = CHANNELS - len(windows) // groups
    if few > 0:
        return pack(filled(p, groups, few), with_channels(windows, groups, few), groups)
    plan = requantization(p)
    leave = SIGNED if plan.signed or signed else RELU
    bias = biases(windows, p["bias"], p.get("input_zero_point", 0))
    bits = 4 if nibbles.fit(p["weights"]) else 8
    blocks: list[NDArray[np.uint32]] = []
    for start in starts(len(windows), groups):
        four = slice(start, start + CHANNELS)
        blocks += [bias[four], words_of(windows[four]) if bits == 8 else nibbles_of(windows[four])]
        blocks.append(four_constants(p, plan, start, leave))
    saved = 0 if bits == 8 else p["weights"].nbytes // 2
    words = np.concatenate(blocks)
    return Filters(words, plan.final_shift, leave, bool(plan.unproved), bits, saved)


def with_channels(table: NDArray[Any], groups: int, more: int) -> NDArray[Any]:
    """Zeros for so many more channels behind those of each group."""
    grouped = table.reshape(groups, -1, *table.shape[1:])
    widths = [(0, 0), (0, more)] + [(0, 0)] * (table.ndim - 1)
    return np.pad(grouped, widths).reshape(-1, *table.shape[1:])


def filled(p: dict[str, Any], groups: int, more: int) -> dict[str, Any]:
    tables = ("weights", "bias", "multipliers", "shifts")
    return p | {name: with_channels(p[name], groups, more) for name in tables}


def constants(channels: Sequence[short.Channel], leave: int) -> NDArray[np.uint32]:
    """m, c of each; d of each unless of a ReLU."""
    numbers = [number for channel in channels for number in (channel.m, channel.c)]
    return as_words(numbers + [channel.d for channel in channels if leave == SIGNED])


def four_constants(
    p: dict[str, Any], plan: short.ShortRequantization, start: int, leave: int
) -> NDArray[np.uint32]:
    """Of four channels; where any is not proved pairs (~multiplier, shift), the first of them negative."""
    four = slice(start, start + CHANNELS)
    if all(channel.proved for channel in plan.channels[four]):
        return constants(plan.channels[four], leave)
    pairs = [~p["multipliers"][four].astype(np.int64), p["shifts"][four].astype(np.int64)]
    return as_words(np.stack(pairs, 1).reshape(-1).tolist() + [0] * CHANNELS * (leave == SIGNED))


def as_words(numbers: Any) -> NDArray[np.uint32]:
    """Integers modulo 2^32."""
    return (np.asarray(numbers, np.int64) & 0xFFFFFFFF).astype(np.uint32)


def biases(
    windows: NDArray[np.int8], bias: NDArray[np.int32], zero_point: int
) -> NDArray[np.uint32]:
    """256 times what is added to sum(w * u), where even values of a window are u = x + 128, the others x."""
    w = windows.astype(np.int64)
    return as_words(256 * (bias - zero_point * w.sum(axis=1) - 128 * w[:, 0::2].sum(axis=1)))


def words_of(windows: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Of each four values a word of each channel, the halves 256 w2 - w3 and w1 - 256 w0."""
    w0, w1, w2, w3 = (windows[:, i::4].astype(np.int64) for i in range(4))
    return as_words((256 * w2 - w3) & 0xFFFF | (w1 - 256 * w0) << 16).T.reshape(-1)


def nibbles_of(windows: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Of each four values of int4 two words of four channels; bytes are 7 - w3, 8 + w2, 8 + w1, 7 - w0."""
    w0, w1, w2, w3 = (windows[:, i::4].astype(np.int64) for i in range(4))
    channels = 7 - w3 | (8 + w2) << 8 | (8 + w1) << 16 | (7 - w0) << 24
    return as_words(channels[0::2] | channels[1::2] << 4).T.reshape(-1)


def run(p: dict[str, Any], filters: Filters, *sizes: int, flip: int) -> dict[str, Instance | None]:
    """The fields `run`, `run_exact` and `expand`; `sizes` are turn, turns, rows and apart."""
    usual = (*sizes, filters.shift, filters.leave, flip)
    exact = (sizes[3], p["output_zero_point"], p["min"], p["max"], flip)
    code = 24 * sizes[0] + LEAVE_BYTES[filters.leave]
    return {
        "run": Instance(HEADER, RUN, "TC_DSP_RUN", usual, code),
        "run_exact": Instance(HEADER, RUN, "TC_DSP_RUN_EXACT", exact, 500)
        if filters.exact
        else None,
        "expand": Instance(
            "tc_dsp_filters.h",
            "tc_dsp_expand",
            "TC_DSP_EXPAND",
            (filters.bits,),
            EXPAND_BYTES[filters.bits],
        ),
    }


def turn(values: int) -> int:
    """Values of a turn of the innermost loop, for runs of so many, a multiple of 4: code of 1 KiB at most."""
    if values <= LONGEST_TURN:
        return values
    return next(turn for turn in (16, 24, 20, 12, 28, 8, 4) if values % turn == 0)


def convolved(
    p: dict[str, Any], x: NDArray[np.int8], weights: NDArray[np.int64], values: int
) -> NDArray[np.int8]:
    """What C makes of windows of (H, W, C) with the `weights_of` `p`; outside are zero points."""
    zero = p["input_zero_point"]
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64) - zero
    p = p | {"weights": weights, "bias": zero * weights.sum(axis=(1, 2, 3))}
    return results(p, conv2d_s8.sums(p, image), values, p["groups"])


def results(
    p: dict[str, Any], sums: NDArray[np.int64], values: int, groups: int = 1
) -> NDArray[np.int8]:
    """What C makes of sum(w * x), the last axis being output channels: `weights_of` times the image."""
    output = np.zeros(sums.shape, np.int8)
    for start, _, bias, constants in blocks(p, sums.shape[-1], values, groups):
        four = slice(start, start + min(CHANNELS, sums.shape[-1] // groups))
        held = sums[..., four] * 256 + bias[: four.stop - start]
        output[..., four] = leave(p, wrapped(held), constants)
    return output


def wrapped(total: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums as int32 has them."""
    return as_words(total).astype(np.int32).astype(np.int64)


def leave(p: dict[str, Any], total: NDArray[np.int64], constants: NDArray[np.int64]) -> Any:
    if constants[0] < 0:
        m, c = (part[: total.shape[-1]] for part in (constants[0:8:2], constants[1:8:2]))
        value = requantize(total >> SCALE, ~m, c) + p["run_exact"].literals[1]
    else:
        _, _, _, _, shift, leave, _ = p["run"].literals
        value = short_results(total, constants, shift, leave)
    return np.clip(value, p["min"], p["max"])


def short_results(
    total: NDArray[np.int64], constants: NDArray[np.int64], shift: int, leave: int
) -> NDArray[np.int64]:
    """What leaves sums times 2^8, the last axis being channels, with the `constants` of as many or more."""
    whole, count = len(constants) // (2 + (leave == SIGNED)), total.shape[-1]
    m, c = constants[0 : 2 * whole : 2][:count], constants[1 : 2 * whole : 2][:count]
    d = constants[2 * whole :][:count] if leave == SIGNED else 0
    value = (c - np.where(total < 0, d, 0) + (total * m >> 32)) >> shift
    return np.asarray(np.clip(value, -128, 127), np.int64)


def blocks(p: dict[str, Any], channels: int, values: int, groups: int = 1) -> Any:
    """(first channel, weights (4, values), biases, constants) of each four; biases as of sum(w * x)."""
    (bits,) = p["expand"].literals
    end = 4 + values * bits // 8
    size = end + CONSTANTS[SIGNED if p["is_signed"] else RELU]
    for i, start in enumerate(starts(channels, groups)):
        words = p["filters"][i * size : (i + 1) * size]
        taps = unpacked(words[4:end], bits)
        bias = words[:4].astype(np.int64) + 256 * 128 * taps[:, 0::2].sum(axis=1)
        yield start, taps, bias, words[end:].astype(np.int32).astype(np.int64)


def unpacked(words: NDArray[np.uint32], bits: int) -> NDArray[np.int64]:
    """(channels, values) of `words_of` or `nibbles_of` four channels."""
    if bits == 4:
        both = np.ascontiguousarray(words.reshape(-1, 2).T)  # of channels 0 and 1, 2 and 3
        each = np.stack([both & 0x0F0F0F0F, both >> 4 & 0x0F0F0F0F], 1).reshape(CHANNELS, -1)
        last, w2, w1, first = (each.view(np.uint8)[:, i::4].astype(np.int64) for i in range(4))
        taps = 7 - first, w1 - 8, w2 - 8, 7 - last
    else:
        halves = np.ascontiguousarray(words.reshape(-1, CHANNELS).T).view(np.int16)
        low, high = (halves[:, i::2].astype(np.int64) for i in (0, 1))
        w1, minus_w3 = ((half & 0xFF).astype(np.int8).astype(np.int64) for half in (high, low))
        taps = (w1 - high) >> 8, w1, (low - minus_w3) >> 8, -minus_w3
    return np.stack(taps, -1).reshape(CHANNELS, -1)


def weights_of(p: dict[str, Any], channels: int, values: int, groups: int = 1) -> NDArray[np.int64]:
    """(channels, values), as packed."""
    weights = np.zeros((channels, values), np.int64)
    for start, taps, _, _ in blocks(p, channels, values, groups):
        four = weights[start : start + min(CHANNELS, channels // groups)]
        four[...] = taps[: len(four)]
    return weights


def reach(p: dict[str, Any]) -> int:
    """Rows of the input under a window."""
    return int((p["kernel_h"] - 1) * p["dilation_h"] + 1)


def image(p: dict[str, Any], row: int, rows: int, *, flip: bool) -> tuple[int, ...]:
    """struct tc_dsp_image: the input under `rows` rows of the output, in scratch rows of `row` bytes."""
    there = (rows - 1) * p["stride_h"] + reach(p)
    left, of_input = p["pad_left"] * p["input_c"], p["input_w"] * p["input_c"]
    turned = EVEN if flip else 0
    return row, there * row, left, p["input_h"], of_input, p["input_zero_point"], turned


def image_of_row(p: dict[str, Any]) -> tuple[int, ...]:
    """The same of one row of the output, those under its window side by side."""
    row, _, *rest = p["image"]
    return row, p["kernel_h"] * row, *rest


def up_to_words(count: int) -> int:
    """Bytes, a multiple of 4."""
    return count + -count % 4


def padded(windows: NDArray[np.int8]) -> NDArray[np.int8]:
    """(channels, values) with zeros up to a multiple of 4 values."""
    return np.pad(windows, ((0, 0), (0, -windows.shape[1] % 4)))


def weights_leave_room(match: Match) -> str | None:
    """No weight is -128."""
    lowest = match.array("weights").min(initial=0)
    return None if lowest > -128 else "one is"


CONSTRAINTS: tuple[Constraint, ...] = (weights_leave_room, sums_fit_24_bits)
