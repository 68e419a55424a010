"""Filters of int16 by int8 as this family has them in flash: tc_dsp_conv2d_s16.h says how.

Parameters are those of a portable kernel, `steady`: see `high_half_requantization`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Instance
from tinycompile.kernels.dsp import filters
from tinycompile.kernels.dsp.filters import CHANNELS
from tinycompile.kernels.shared import accumulate_s16
from tinycompile.kernels.shared import high_half_requantization as high_half
from tinycompile.quantization import requantize

LONGEST_TURN = 14  # pairs of values, 700 bytes of code
ORDER = [0, 2, 1, 3]  # of a word's weights: its even bytes are a pair


def factors_of(narrow: int) -> int:
    """Words by which a channel leaves."""
    return 3 if narrow else 1


def factors(p: dict[str, Any]) -> NDArray[np.uint32]:
    """(channels, words)."""
    if not p["narrow"]:
        return filters.as_words(high_half.factors(p))[:, None]
    shifts = np.maximum(-p["shifts"].astype(np.int64), 1)
    return filters.as_words(np.stack([p["multipliers"], 1 << shifts - 1, shifts], 1))


def is_relu(p: dict[str, Any]) -> int:
    """Whether inner functions keep the bounds by themselves."""
    return int((p["min"], p["max"]) == (0, 2**15 - 1))


def rest_of_bounds(p: dict[str, Any]) -> dict[str, int]:
    """What is left to keep."""
    return {"min": -(2**15) if is_relu(p) else p["min"], "max": p["max"]}


def words_of(windows: NDArray[np.int8]) -> NDArray[np.uint32]:
    """(channels, words): of four weights the bytes w0, w2, w1, w3."""
    fours = windows.reshape(len(windows), -1, 4)[..., ORDER]
    return np.ascontiguousarray(fours).view(np.uint32)[..., 0]


def unpacked(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The weights of `words_of`."""
    fours = np.ascontiguousarray(words).view(np.int8).reshape(len(words), -1, 4)
    return fours[..., ORDER].reshape(len(words), -1).astype(np.int64)


def pack(p: dict[str, Any], windows: NDArray[np.int8], groups: int) -> NDArray[np.uint32]:
    """`windows` are the weights as (channels, values of a window, a multiple of 4)."""
    few = CHANNELS - len(windows) // groups
    if few > 0:
        return pack(
            filters.filled(p, groups, few), filters.with_channels(windows, groups, few), groups
        )
    bias, taps, leaving = filters.as_words(p["bias"]), words_of(windows), factors(p)
    blocks = []
    for start in filters.starts(len(windows), groups):
        four = slice(start, start + CHANNELS)
        blocks += [bias[four], taps[four].T.reshape(-1), leaving[four].reshape(-1)]
    return np.concatenate(blocks)


def turn(pairs: int) -> int:
    """Pairs of a turn of the innermost loop, for runs of so many."""
    return next(turn for turn in range(LONGEST_TURN, 0, -1) if pairs % turn == 0)


def rounded(pairs: int) -> int:
    """As many pairs or a few more, so that turns are not short."""
    return min(range(pairs, pairs + 4), key=lambda n: 16 * n + 5 * (n // turn(n)))


def results(
    p: dict[str, Any], sums: NDArray[np.int64], groups: int, values: int
) -> NDArray[np.int16]:
    """What C makes of sum(w * x), the last axis being output channels."""
    output = np.zeros(sums.shape, np.int16)
    for start, _, bias, leaving in blocks(p, sums.shape[-1], groups, values):
        four = slice(start, start + min(CHANNELS, sums.shape[-1] // groups))
        count = four.stop - start
        total = filters.wrapped(sums[..., four] + bias[:count])
        output[..., four] = leave(p, total, leaving[:count])
    return output


def leave(p: dict[str, Any], total: NDArray[np.int64], factors: NDArray[np.int64]) -> Any:
    """What C makes of sums whose last axis are channels with these words."""
    relu, _ = p["run"].literals[-2:]
    if factors.shape[1] == 3:
        value = requantize(total, factors[:, 0], -factors[:, 2])
    else:
        value = (total * factors[:, 0] + (1 << 31)) >> 32
    return accumulate_s16.clamp(p, np.maximum(value, 0) if relu else value)


def blocks(p: dict[str, Any], channels: int, groups: int, values: int) -> Any:
    """(first channel, weights (4, values), biases, words by which they leave) of each four."""
    for start, words in zip(
        filters.starts(channels, groups),
        p["filters"].reshape(len(filters.starts(channels, groups)), -1),
        strict=True,
    ):
        taps = unpacked(words[4 : 4 + values].reshape(-1, CHANNELS).T)
        leaving = words[4 + values :].astype(np.int32).astype(np.int64).reshape(CHANNELS, -1)
        yield start, taps, words[:4].astype(np.int32).astype(np.int64), leaving


def weights_of(p: dict[str, Any], channels: int, groups: int, values: int) -> NDArray[np.int64]:
    """(channels, values), as packed."""
    weights = np.zeros((channels, values), np.int64)
    for start, taps, _, _ in blocks(p, channels, groups, values):
        four = weights[start : start + min(CHANNELS, channels // groups)]
        four[...] = taps[: len(four)]
    return weights


def run(p: dict[str, Any], pairs: int, rows: int, apart: int) -> Instance:
    """The inner function for windows of `rows` runs of `pairs` each."""
    some = turn(pairs)
    literals = some, int(some == pairs), int(rows == 1), apart, is_relu(p), p["narrow"]
    code = 50 * some + (400 if p["narrow"] else 220)
    return Instance("tc_dsp_run_s16.h", "tc_dsp_run", "TC_DSP_RUN_S16", literals, code)
