"""What kernels share that sum products of int16 activations and int8 weights by CMSIS-NN."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Constraint, Match
from tinycompile.kernels import accumulate, accumulate_s16
from tinycompile.program import Call
from tinycompile.quantization import reduced

FIRST = 512  # products that CMSIS-NN sums in 32 bits before it goes on in 64


def bias_is_wide(match: Match) -> str | None:
    """The bias is int64, or there is none."""
    return "it is int32" if accumulate_s16.is_narrow(match) else None


def first_sums_fit_int32(match: Match) -> str | None:
    """The first 512 products of a sum cannot exceed int32."""
    weights = np.abs(accumulate.filters(match)[:, :FIRST].astype(np.int64)).sum(axis=1)
    worst = int(weights.max()) * accumulate_s16.LARGEST
    return None if worst <= accumulate.INT32_MAX else f"they may reach {worst}"


def outputs_fit_30_bits(match: Match) -> str | None:
    """No output can reach 2^30 before it is clamped."""
    weights = np.abs(accumulate.filters(match).astype(np.float64)).sum(axis=1)
    sums = weights * accumulate_s16.LARGEST + np.abs(accumulate_s16.bias(match).astype(np.float64))
    worst = float((sums * accumulate.channel_factors(match)).max())
    return None if worst < 1 << 30 else f"one may reach {worst:.3g}"


CONSTRAINTS: tuple[Constraint, ...] = (bias_is_wide, first_sums_fit_int32, outputs_fit_30_bits)


def with_full_multipliers(call: Call, factors: NDArray[np.float64]) -> Call:
    """CMSIS-NN reads multipliers of 31 bits, shortens them itself, and reads shifts as int32."""
    known = accumulate.multipliers(factors)
    shifts = np.asarray(known["shifts"]).astype(np.int32)
    params = {name: value for name, value in call.params.items() if name != "narrow"}
    return replace(call, params=params | {"multipliers": known["multipliers"], "shifts": shifts})


def portable(p: dict[str, Any]) -> dict[str, Any]:
    """Parameters of the portable kernel."""
    return p | {"narrow": 0, "multipliers": reduced(np.asarray(p["multipliers"]))}
