"""Requantisation by Helium's VQDMULH: constants of each channel, searched and proved at compile time.

A kernel computes, of the sum of products of weights and inputs as they are,

    sat8(((2^scale * sum + b) * m >> 31) >> final_shift)

where TFLite adds a bias, multiplies, rounds twice and adds a zero point (see `short_requantization`, whose
proof this shares: every result must begin and end at the same sums). One scale and one final shift are a
layer's. The two roundings go apart for results of both signs: hardly any channel is proved whose zero point
lies far inside its range; layers of ReLU mostly are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

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


@dataclass(frozen=True)
class Needs:
    """What a channel asks of its constants, in units of 2^scale of a sum."""

    begun: NDArray[np.int64]  # m times the units that a result begins at are this, or more
    first: NDArray[np.int64]  # the first sum of it
    ended: NDArray[np.int64]  # the same of the result behind, and the last sum before that
    last: NDArray[np.int64]
    ends: list[int]  # the lowest and the highest sum

    @classmethod
    def of(
        cls, factor: Factor, output: Output, reach: Reach, offset: int, scale: int, final_shift: int
    ) -> "Needs":
        found, up = steps(factor, output, reach), 31 + final_shift
        return cls(
            found.begins[0] << up,
            (found.begins[1] - offset) << scale,
            found.ends[0] + 1 << up,
            (found.ends[1] - offset) << scale,
            [(total - offset) << scale for total in reach],
        )

    def b(self, m: int) -> int | None:
        """One with which every result begins and ends where it should."""
        # From the least 2^scale * sum + b of which a result is made, to below the least of the next.
        least = int((-(-self.begun // m) - self.first).max(initial=INT32[0]))
        most = int((-(-self.ended // m) - self.last).min(initial=INT32[1] + 1)) - 1
        b = (least + most) // 2
        return b if least <= most and _fits(b, self.ends) else None


def multipliers(factor: Factor, scale: int, final_shift: int) -> list[int]:
    """Those to try, the nearest ones first."""
    up = factor.shift + final_shift - scale
    nearest = factor.multiplier << up if up >= 0 else factor.multiplier >> -up
    return _nearby(nearest, min(40 if up >= 0 else 1 << (4 - up), MOST_TRIES))


def wraps(factor: Factor, reach: Reach) -> bool:
    """TFLite's sums leave int32."""
    return max(-reach[0], reach[1]) << max(factor.shift, 0) > INT32[1]


def search(
    factor: Factor, output: Output, reach: Reach, offset: int, scale: int, final_shift: int
) -> Channel | None:
    """The constants of a channel, proved for all sums in `reach`; the kernel's lack `offset`."""
    if wraps(factor, reach):
        return None
    lowest, highest = (result(total, factor, output) for total in reach)
    if lowest == highest:
        return _constant(lowest, [(total - offset) << scale for total in reach], final_shift)
    needs = Needs.of(factor, output, reach, offset, scale, final_shift)
    tried = ((needs.b(m), m) for m in multipliers(factor, scale, final_shift))
    return next((Channel(b, m) for b, m in tried if b is not None), None)


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
    factors: Sequence[Factor], output: Output, reaches: Sequence[Reach], offsets: Sequence[int]
) -> DoublingRequantization | None:
    """Constants of all channels of a layer, or None. `offsets` are what is in `reaches` beside products."""
    channels = list(zip(factors, reaches, offsets, strict=True))
    order = list(range(len(channels)))  # hard ones come first
    for scale, final_shift in shifts(factors, output, reaches):
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
            made = tuple(found[i] for i in range(len(found)))
            return DoublingRequantization(scale, final_shift, made)
    return None


def plan_alike(
    factor: Factor, output: Output, reaches: Sequence[Reach], offsets: Sequence[int]
) -> DoublingRequantization | None:
    """The same of channels that have one factor: they have one m."""
    if any(wraps(factor, reach) for reach in reaches):
        return None
    for scale, final_shift in shifts([factor] * len(reaches), output, reaches):
        channels = [
            Needs.of(factor, output, reach, offset, scale, final_shift)
            for reach, offset in zip(reaches, offsets, strict=True)
        ]
        for m in multipliers(factor, scale, final_shift):
            found = list(takewhile(lambda b: b is not None, (needs.b(m) for needs in channels)))
            made = tuple(Channel(b, m) for b in found if b is not None)
            if len(made) == len(channels):
                return DoublingRequantization(scale, final_shift, made)
    return None


def shifts(
    factors: Sequence[Factor], output: Output, reaches: Sequence[Reach]
) -> Iterator[tuple[int, int]]:
    """Scales and final shifts to try: none for outputs with bounds of their own."""
    live = [
        -factor.shift
        for factor, reach in zip(factors, reaches, strict=True)
        if result(reach[0], factor, output) != result(reach[1], factor, output)
    ]
    least = min(live, default=8)
    for scale in SCALES:
        if not output.is_clamped and 0 < scale + least <= LARGEST_SHIFT:
            yield scale, scale + least


def offsets(
    weights: NDArray[np.integer], bias: NDArray[np.integer], input_zero_point: int
) -> list[int]:
    """Of bias + sum(w * (x - zero point)) what is not sum(w * x); weights are (channels, products)."""
    sums = weights.astype(np.int64).sum(axis=1)
    folded: list[int] = (bias.astype(np.int64) - input_zero_point * sums).tolist()
    return folded
