"""Requantisation in few instructions: constants of each channel, searched and proved at compile time.

A kernel holds a = sum * 2^scale and computes

    ssat8((c - (a < 0 ? d : 0) + floor(a * m / 2^32)) >> final_shift)

where TFLite computes clamp(zero_point + requantize(sum, multiplier, shift)), which rounds twice. Where the
clamp's low end is the zero point or above (ReLU), results below it do not count, and d, which makes halves
of negative results round away from zero, is left out.

Both are monotone steps of the sum. So they are equal for all sums that a channel can reach if and only if
every result k has the same first and the same last sum in both, those at the ends of the reach included.
`search` finds a pair (m, c) that makes it so, or says that there is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

INT32 = (-(1 << 31), (1 << 31) - 1)
USUAL_SHIFT = 12  # final shifts that are alike let layers share code; it is enough for most
LARGEST_SHIFT = 22  # 8 bits above it, and one to spare
MOST_TRIES = 1 << 13  # multipliers, of channels that hardly ever move


@dataclass(frozen=True)
class Factor:
    """What TFLite multiplies the sums of a channel by: multiplier * 2^(shift - 31)."""

    multiplier: int
    shift: int


@dataclass(frozen=True)
class Output:
    """What becomes of the product: the zero point is added, and it is clamped."""

    zero_point: int
    low: int
    high: int

    @property
    def is_relu(self) -> bool:
        """Results below the zero point do not count."""
        return self.low >= self.zero_point

    @property
    def is_clamped(self) -> bool:
        """It has bounds of its own, within those of int8: kernels clamp after ssat8."""
        return (self.low, self.high) != (-128, 127)


Reach = tuple[int, int]  # the lowest and the highest sum of a channel, its bias included


@dataclass(frozen=True)
class Channel:
    """The constants of one channel; those of a channel that is not `proved` must not be used."""

    m: int
    c: int
    d: int
    scale: int
    proved: bool


@dataclass(frozen=True)
class ShortRequantization:
    """Of a layer. `signed`: its channels' `d` counts."""

    final_shift: int
    signed: bool
    channels: tuple[Channel, ...]

    @property
    def unproved(self) -> list[int]:
        return [i for i, channel in enumerate(self.channels) if not channel.proved]


def result(total: int, factor: Factor, output: Output) -> int:
    """What TFLite makes of a sum."""
    left, right = max(factor.shift, 0), max(-factor.shift, 0)
    high = ((total << left) * factor.multiplier + (1 << 30)) >> 31
    if right:  # to nearest, halves away from zero
        high = (high + (1 << (right - 1)) - (high < 0)) >> right
    return min(max(high + output.zero_point, output.low), output.high)


def short_result(total: int, channel: Channel, final_shift: int) -> int:
    """What kernels make of a sum."""
    a = total << channel.scale
    value = (channel.c - (channel.d if a < 0 else 0) + (a * channel.m >> 32)) >> final_shift
    return min(max(value, -128), 127)


def first_sum(k: int, factor: Factor, zero_point: int) -> int:
    """The lowest sum of which TFLite makes k or more before it clamps; the multiplier is above 0."""
    left, right = max(factor.shift, 0), max(-factor.shift, 0)
    need = k - zero_point  # of what the multiplication leaves
    if right:
        need = (need << right) - (1 << (right - 1))
        need += need < 0  # halves of negative results go down
    return _ceil_div((need << 31) - (1 << 30), factor.multiplier << left)


def _ceil_div(a: int, b: int) -> int:
    return -((-a) // b)


@dataclass(frozen=True)
class Steps:
    """(2, n) each: results that a channel reaches, and the sum at which each of them begins, or ends.

    What the clamp makes of all below or above need not begin, or end: kernels clamp, too.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


def steps(factor: Factor, output: Output, reach: Reach) -> Steps:
    """Of a channel whose results are not all the same."""
    lowest, highest = (result(total, factor, output) for total in reach)
    later = [first_sum(k, factor, output.zero_point) for k in range(lowest + 1, highest + 1)]
    results = range(lowest, highest + 1)
    begins = np.array([results, [reach[0], *later]], np.int64)
    ends = np.array([results, [*(total - 1 for total in later), reach[1]]], np.int64)
    return Steps(
        begins[:, int(lowest == output.low) :], ends[:, : -1 if highest == output.high else None]
    )


def is_constant(factor: Factor, output: Output, reach: Reach) -> bool:
    """Every sum makes the same result, and none leaves int32 on its way there."""
    low, high = (result(total, factor, output) for total in reach)
    return low == high and max(-reach[0], reach[1]) << max(factor.shift, 0) <= INT32[1]


def search(factor: Factor, output: Output, reach: Reach, scale: int, final_shift: int) -> Channel:
    """The constants of a channel, proved for all sums in `reach`, or some that are not."""
    low, high = reach
    multiplier, shift = factor.multiplier, factor.shift
    if is_constant(factor, output, reach):  # however large the sum
        middle = (result(low, factor, output) << final_shift) + (1 << (final_shift - 1))
        return Channel(0, middle, 0, scale, True)
    if max(-low, high) << max(shift, scale) > INT32[1]:
        return Channel(0, 0, 0, scale, False)
    up = 1 + final_shift - scale + shift  # TFLite's multiplier against ours, as a power of two
    nearest = multiplier << up if up >= 0 else multiplier >> -up
    d = 0 if output.is_relu or final_shift + shift < 0 or shift >= 0 else 1 << (final_shift + shift)
    ms = _nearby(nearest, 4 if up >= 0 else min(1 << (1 - up), MOST_TRIES // 2))
    for m, least, most in _bounds_of_c(ms, steps(factor, output, reach), scale, final_shift, d):
        c = min(max(_expected_c(output, shift, final_shift), least), most)
        if _fits(m, c, d, reach, scale):
            return Channel(m, c, d, scale, True)
    return Channel(0, 0, 0, scale, False)


def _nearby(nearest: int, span: int) -> NDArray[np.int64]:
    """Multipliers within int32, the nearest ones first."""
    ms = np.arange(max(nearest - span, 1), min(nearest + span + 2, INT32[1]), dtype=np.int64)
    return ms[np.argsort(np.abs(ms - nearest), kind="stable")]


def _bounds_of_c(
    ms: NDArray[np.int64], steps: Steps, scale: int, final_shift: int, d: int
) -> Iterator[tuple[int, int, int]]:
    """Of `ms` those for which a c exists, and its bounds: each result begins and ends at its sums."""

    def needed(
        m: NDArray[np.int64], results: NDArray[np.int64], totals: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The least c of which those results or more are made of these sums."""
        above = (results << final_shift) + np.where(totals < 0, d, 0)
        return above - ((totals << scale) * m[:, None] >> 32)

    (begun, begins), (ended, ends) = steps.begins, steps.ends
    for first in range(0, len(ms), 64):
        some = ms[first : first + 64]
        least = needed(some, begun, begins).max(axis=1)
        most = needed(some, ended + 1, ends).min(axis=1) - 1
        for i in np.flatnonzero(least <= most):
            yield int(some[i]), int(least[i]), int(most[i])


def _expected_c(output: Output, shift: int, final_shift: int) -> int:
    """Zero point and half a step, and half a step of the first rounding."""
    c = (output.zero_point << final_shift) + (1 << (final_shift - 1))
    before = final_shift + shift - 1
    return c + (1 << before) if shift < 0 <= before else c


def _fits(m: int, c: int, d: int, reach: Reach, scale: int) -> bool:
    """Nothing leaves int32 on the way."""
    ends = [(total << scale) * m >> 32 for total in reach]
    return INT32[0] <= c - d + min(ends) and c + max(ends) <= INT32[1] and c - d >= INT32[0]


def plan(
    factors: Sequence[Factor],
    output: Output,
    reaches: Sequence[Reach],
    scale: int = 8,
    *,
    scales_by_channel: bool = False,
) -> ShortRequantization:
    """Constants of all channels of a layer whose kernel holds sums times 2^scale.

    With `scales_by_channel` a channel's scale is as much smaller as its multiplier would be too large.
    """
    live = [
        -factor.shift
        for factor, reach in zip(factors, reaches, strict=True)
        if len({result(total, factor, output) for total in reach}) > 1
    ]
    largest = max(min(scale - 1 + min(live, default=USUAL_SHIFT), LARGEST_SHIFT), 1)

    def with_shift(final_shift: int) -> ShortRequantization:
        channels = []
        for factor, reach in zip(factors, reaches, strict=True):
            most = 1 + final_shift + factor.shift
            used = max(1, min(scale, most)) if scales_by_channel else scale
            channels.append(search(factor, output, reach, used, final_shift))
        return ShortRequantization(final_shift, not output.is_relu, tuple(channels))

    found = with_shift(min(USUAL_SHIFT, largest))
    few = len(found.unproved) * 128 <= len(found.channels)  # cheaper than code for another shift
    if few or largest <= USUAL_SHIFT:
        return found
    return min(found, with_shift(largest), key=lambda plan: len(plan.unproved))


def reaches(
    weights: NDArray[np.integer], bias: NDArray[np.integer], input_zero_point: int
) -> list[Reach]:
    """Of bias + sum(w * (x - zero point)) over all int8 x; weights are (channels, products in a sum)."""
    w = weights.astype(np.int64)
    above, below = np.maximum(w, 0).sum(axis=1), np.minimum(w, 0).sum(axis=1)
    top, bottom = 127 - input_zero_point, -128 - input_zero_point
    high = bias.astype(np.int64) + above * top + below * bottom
    low = bias.astype(np.int64) + above * bottom + below * top
    return list(zip(low.tolist(), high.tolist(), strict=True))
