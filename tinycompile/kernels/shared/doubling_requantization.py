"""Requantisation by Helium's VQDMULH: constants of each channel, searched and proved at compile time.

A kernel computes, of the sum of products of weights and inputs as they are,

    sat8(((2^scale * sum + b) * m >> 31) >> final_shift)

where TFLite adds a bias, multiplies, rounds twice and adds a zero point (see `short_requantization`, whose
proof this shares: every result must begin and end at the same sums). One scale and one final shift are a
layer's. The two roundings go apart for results of both signs: hardly any channel is proved whose zero point
lies far inside its range; layers of ReLU mostly are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernels.shared.short_requantization import (
    INT32,
    Factor,
    Output,
    Reach,
    result,
    steps,
)

SCALES = range(14, 5, -1)  # a larger one lets more multipliers be tried
LARGEST_SHIFT = 24  # results have 8 bits above it
MOST_TRIES = 256


@dataclass(frozen=True)
class Channel:
    b: int
    m: int


@dataclass(frozen=True)
class DoublingRequantization:
    """Of a layer; all its channels are proved."""

    scale: int
    final_shift: int
    channels: tuple[Channel, ...]


def short_result(total: int, scale: int, final_shift: int, channel: Channel) -> int:
    """What kernels make of a sum without its bias."""
    value = (((total << scale) + channel.b) * channel.m >> 31) >> final_shift
    return min(max(value, -128), 127)


def search(
    factor: Factor, output: Output, reach: Reach, offset: int, scale: int, final_shift: int
) -> Channel | None:
    """The constants of a channel, proved for all sums in `reach`; the kernel's lack `offset`."""
    if max(-reach[0], reach[1]) << max(factor.shift, 0) > INT32[1]:  # TFLite's wrap
        return None
    ends = [(total - offset) << scale for total in reach]
    lowest, highest = (result(total, factor, output) for total in reach)
    if lowest == highest:
        return _constant(lowest, ends, final_shift)
    found = steps(factor, output, reach)
    up = factor.shift + final_shift - scale
    nearest = factor.multiplier << up if up >= 0 else factor.multiplier >> -up
    span = min(40 if up >= 0 else 1 << (4 - up), MOST_TRIES)
    begun, ended = found.begins[0] << (31 + final_shift), found.ends[0] + 1 << (31 + final_shift)
    first, last = (found.begins[1] - offset) << scale, (found.ends[1] - offset) << scale
    for m in _nearby(nearest, span):
        # From the least 2^scale * sum + b of which a result is made, to below the least of the next.
        least = int((-(-begun // m) - first).max())
        most = int((-(-ended // m) - last).min()) - 1
        b = (least + most) // 2
        if least <= most and _fits(b, ends):
            return Channel(b, m)
    return None


def _constant(k: int, ends: list[int], final_shift: int) -> Channel | None:
    """That of a channel whose sums all give k: half a step above it, and a multiplier that hides the sum."""
    for small in range(7, 30):
        b, m = (2 * k + 1) << (29 - small), 1 << (1 + final_shift + small)
        if m > INT32[1]:
            return None
        found = {((end + b) * m >> 31) >> final_shift for end in ends}
        if found == {k} and _fits(b, ends):
            return Channel(b, m)
    return None


def _nearby(nearest: int, span: int) -> list[int]:
    """Multipliers within int32, the nearest ones first."""
    ms = range(max(nearest - span, 1), min(nearest + span + 2, INT32[1]))
    return sorted(ms, key=lambda m: abs(m - nearest))


def _fits(b: int, ends: list[int]) -> bool:
    """Nothing leaves int32 on the way."""
    return all(INT32[0] <= value <= INT32[1] for value in (b, *(end + b for end in ends)))


def plan(
    factors: Sequence[Factor],
    output: Output,
    reaches: Sequence[Reach],
    offsets: Sequence[int],
) -> DoublingRequantization | None:
    """Constants of all channels of a layer, or None. `offsets` are what is in `reaches` beside products."""
    if output.is_clamped:
        return None
    channels = list(zip(factors, reaches, offsets, strict=True))
    live = [
        -factor.shift
        for factor, reach, _ in channels
        if result(reach[0], factor, output) != result(reach[1], factor, output)
    ]
    least = min(live, default=8)
    order = list(range(len(channels)))  # hard ones come first
    for scale in SCALES:
        final_shift = scale + least
        if not 0 < final_shift <= LARGEST_SHIFT:
            continue
        found: dict[int, Channel] = {}
        for i in order:
            factor, reach, offset = channels[i]
            channel = search(factor, output, reach, offset, scale, final_shift)
            if channel is None:
                order.remove(i)
                order.insert(0, i)
                break
            found[i] = channel
        else:
            return DoublingRequantization(
                scale, final_shift, tuple(found[i] for i in range(len(found)))
            )
    return None


def offsets(
    weights: NDArray[np.integer], bias: NDArray[np.integer], input_zero_point: int
) -> list[int]:
    """Of bias + sum(w * (x - zero point)) what is not sum(w * x); weights are (channels, products)."""
    sums = weights.astype(np.int64).sum(axis=1)
    folded: list[int] = (bias.astype(np.int64) - input_zero_point * sums).tolist()
    return folded
