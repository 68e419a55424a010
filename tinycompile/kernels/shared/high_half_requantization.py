"""Requantisation of sums of int16 and int8 by the rounded high half of one product: exactly TFLite's.

With a wide bias (see `accumulate_s16`) TFLite computes, of a sum, a multiplier m of 15 bits and a shift s,

    (sum * m + 2^(14 - s)) >> (15 - s)

Where the sum fits 32 bits and s is from -17 to -1, that is for every sum

    (sum * M + 2^31) >> 32        M = m * 2^(17 + s), below 2^31

which is SMMULR of it and, with half of M, Helium's VQRDMULH; nothing has to be searched. A narrow sum
leaves as those of int8 do, with room for twice the sum and a shift to the right. Channels whose sums or
shifts are others mostly never move, whatever the input is: those become a bias.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Match
from tinycompile.kernels.shared import accumulate, accumulate_s16
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.kernels.shared.accumulate import INT32_MAX
from tinycompile.kernels.shared.short_requantization import Reach

# Of the magnitudes of sums, and of shifts to the right.
LARGEST_SUM, LARGEST_SHIFT = INT32_MAX, 17
LARGEST_NARROW_SUM, LARGEST_NARROW_SHIFT = INT32_MAX // 2, 23
QUARTER = {0: (1 << 14, -1), 1: (1 << 30, -1)}  # a multiplier and a shift; by `narrow`


def sums_leave_at_once(match: Match) -> str | None:
    """Sums have 32 bits, factors to the output 2^-18 to 1/2; 31 bits and 2^-24 with an int32 bias.

    Not so channels that never move.
    """
    tables = accumulate_s16.tables(
        match, accumulate.filters(match), accumulate.channel_factors(match)
    )
    p: dict[str, Any] = {**accumulate_s16.bounds(match), **tables}
    moving = [i for i in unusual(p) if constant(p, i) is None]
    if not moving:
        return None
    low, high = reaches(p["weights"], p["bias"])[moving[0]]
    factor = accumulate.channel_factors(match)[moving[0]]
    return f"one reaches {max(-low, high)} and has factor {factor:.3g}"


def reaches(weights: NDArray[np.int8], bias: NDArray[np.integer]) -> list[Reach]:
    """Of bias + sum(w * x) over all int16 x; weights are (channels, products in a sum)."""
    w = weights.astype(np.int64)
    up, down = np.maximum(w, 0).sum(axis=1).tolist(), np.minimum(w, 0).sum(axis=1).tolist()
    least, most = -accumulate_s16.LARGEST, accumulate_s16.LARGEST - 1
    return [
        (b + u * least + d * most, b + u * most + d * least)
        for b, u, d in zip(bias.tolist(), up, down, strict=True)
    ]


def unusual(p: dict[str, Any]) -> list[int]:
    """Channels whose sums or shifts are beyond what is computed; weights are (channels, products)."""
    largest, last = (
        (LARGEST_NARROW_SUM, LARGEST_NARROW_SHIFT) if p["narrow"] else (LARGEST_SUM, LARGEST_SHIFT)
    )
    pairs = zip(reaches(p["weights"], p["bias"]), p["shifts"].tolist(), strict=True)
    return [
        i
        for i, ((low, high), shift) in enumerate(pairs)
        if max(-low, high) > largest or not 1 <= -shift <= last
    ]


def constant(p: dict[str, Any], channel: int) -> int | None:
    """The one output of a channel that never moves."""
    reach = reaches(p["weights"][[channel]], p["bias"][[channel]])[0]
    multiplier, shift = int(p["multipliers"][channel]), int(p["shifts"][channel])
    if p["narrow"]:
        factor, output = short.Factor(multiplier, shift), short.Output(0, p["min"], p["max"])
        return (
            short.result(reach[0], factor, output)
            if short.is_constant(factor, output, reach)
            else None
        )
    low, high = ((x * multiplier + (1 << 14 - shift)) >> 15 - shift for x in reach)
    if max(-low, high) > INT32_MAX:
        return None
    low, high = (min(max(value, p["min"]), p["max"]) for value in (low, high))
    return low if low == high else None


def steady(p: dict[str, Any], axis: int = 0) -> dict[str, Any]:
    """`p` of a portable kernel, unusual channels being a bias alone.

    `axis` is that of the weights' output channels.
    """
    weights = np.moveaxis(p["weights"], axis, 0)
    flat = p | {"weights": weights.reshape(len(weights), -1)}
    found = unusual(flat)
    if not found:
        return p
    changed = {name: p[name].copy() for name in ("weights", "bias", "multipliers", "shifts")}
    np.moveaxis(changed["weights"], axis, 0)[found] = 0
    for i in found:
        value = constant(flat, i)
        assert value is not None, f"channel {i} moves"
        changed["bias"][i] = 4 * value
        changed["multipliers"][i], changed["shifts"][i] = QUARTER[p["narrow"]]
    return p | changed


def factors(p: dict[str, Any]) -> NDArray[np.int32]:
    """M of each channel of `steady` parameters that are not narrow."""
    shifts = p["shifts"].astype(np.int64)
    found: NDArray[np.int32] = (p["multipliers"].astype(np.int64) << 17 + shifts).astype(np.int32)
    return found
