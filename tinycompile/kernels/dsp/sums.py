"""How large sums may become in kernels that hold 256 times them, or twice."""

from typing import Any

import numpy as np

from tinycompile.kernel import Match
from tinycompile.kernels.shared import accumulate
from tinycompile.kernels.shared import short_requantization as short

LARGEST = (1 << 23) - 1
QUARTER = (1 << 30, -1)  # a multiplier and a shift


def sums_fit_24_bits(match: Match) -> str | None:
    """No sum leaves 24 bits, but in channels that never move: kernels hold 256 times it."""
    zero_point = match.quantization("input").zero_point
    output = short.Output(match.quantization("output").zero_point, *match.clamp())
    reaches = short.reaches(accumulate.filters(match), accumulate.bias(match), zero_point)
    tables = accumulate.multipliers(accumulate.channel_factors(match))
    factors = map(short.Factor, *(np.asarray(table).tolist() for table in tables.values()))
    largest = [
        max(-low, high)
        for factor, (low, high) in zip(factors, reaches, strict=True)
        if max(-low, high) > LARGEST and not short.is_constant(factor, output, (low, high))
    ]
    return f"one may reach {max(largest)}" if largest else None


def without_large(p: dict[str, Any], axis: int = 0) -> dict[str, Any]:
    """`p` of a portable kernel; where sums leave 24 bits, and so the channel never moves, a bias alone.

    `axis` is that of the weights' output channels.
    """
    weights = np.moveaxis(p["weights"], axis, 0)
    reaches = short.reaches(
        weights.reshape(len(weights), -1), p["bias"], p.get("input_zero_point", 0)
    )
    output = short.Output(p["output_zero_point"], p["min"], p["max"])
    large = [i for i, (low, high) in enumerate(reaches) if max(-low, high) > LARGEST]
    if not large:
        return p
    changed = {name: p[name].copy() for name in ("weights", "bias", "multipliers", "shifts")}
    np.moveaxis(changed["weights"], axis, 0)[large] = 0
    for i in large:
        factor = short.Factor(int(p["multipliers"][i]), int(p["shifts"][i]))
        value = short.result(reaches[i][0], factor, output)
        changed["bias"][i] = 4 * (value - output.zero_point)
        changed["multipliers"][i], changed["shifts"][i] = QUARTER
    return p | changed
