"""Factors by which sums leave as TFLite has it, in four instructions: runtime_c/dsp/tc_dsp.h, tc_smmlar."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Match
from tinycompile.kernels.shared import accumulate

LARGEST_SHIFT = 23  # the output's zero point has room above it


def factors_are_small(match: Match) -> str | None:
    """The factor of every channel, from sums to the output, is less than 1/2."""
    factors = accumulate.channel_factors(match)
    shifts: Any = accumulate.multipliers(factors)["shifts"]
    odd = factors[shifts > -1]
    return f"one is {odd[0]:.3g}" if len(odd) else None


def usual(multipliers: NDArray[np.int32], shifts: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    """The tables `multipliers` and `shifts`, to the right, of at most 23.

    Factors below 2^-24 make nothing of sums of 24 bits: neither does 0.
    """
    tiny = shifts < -LARGEST_SHIFT
    return {
        "multipliers": np.where(tiny, 0, multipliers).astype(np.int32),
        "shifts": np.where(tiny, 1, -shifts).astype(np.int8),
    }
