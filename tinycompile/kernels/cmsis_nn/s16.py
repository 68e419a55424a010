"""What kernels that sum products of int16 and int8 by CMSIS-NN share.

CMSIS-NN takes factors of 31 fraction bits and reduces them to 15 itself. It holds parts of a sum, and twice
the output before it is clamped, in 32 bits, where TFLite Micro has 64: layers whose weights allow for more
are left to portable kernels.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from tinycompile.call import Call, Param
from tinycompile.kernel import Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.shared import accumulate, accumulate_s16

FIRST = 512  # products of a sum that are added in 32 bits
OUTPUT_LIMIT = 2**29  # half of what fits, for factors are rounded
FRACTION_BITS = 16  # of a multiplier of 31, beyond 15


def bias_is_wide(match: Match) -> str | None:
    """The bias is int64, or there is none."""
    return "it is int32" if accumulate_s16.is_narrow(match) else None


def outputs_fit(match: Match) -> str | None:
    """No output, before it is clamped, can reach 2^29."""
    biases = np.array([float(abs(int(value))) for value in accumulate_s16.bias(match)])
    sums = biases + accumulate_s16.LARGEST * magnitudes(match)
    worst = float((sums * accumulate.channel_factors(match)).max())
    return None if worst < OUTPUT_LIMIT else f"one may reach {worst:.4g}"


def first_products_fit(match: Match) -> str | None:
    """The first 512 products of a sum, which CMSIS-NN adds in 32 bits, fit them."""
    worst = accumulate_s16.LARGEST * int(magnitudes(match, FIRST).max())
    return None if worst <= accumulate.INT32_MAX else f"they may reach {worst}"


def magnitudes(match: Match, count: int | None = None) -> Any:
    """Of each output channel, the sum of the magnitudes of its weights, or of the first `count`."""
    return np.abs(accumulate.filters(match)[:, :count].astype(np.int64)).sum(axis=1)


def called(call: Call, *dropped: str) -> Call:
    """`call` of a portable kernel, without fields that CMSIS-NN has no use for."""
    params: dict[str, Any] = {n: v for n, v in call.params.items() if n not in dropped}
    if call.params["narrow"]:
        params["bias"] = params["bias"].astype(np.int32)
    else:
        params["multipliers"] = params["multipliers"] << FRACTION_BITS
    return adapter.with_wide_shifts(replace(call, params=params))


def portable(p: dict[str, Any], **dropped: Param) -> dict[str, Any]:
    """The parameters of the portable kernel of which `called` made `p`."""
    narrow = p.get("narrow", 0)
    multipliers = p["multipliers"] if narrow else p["multipliers"] >> FRACTION_BITS
    return p | {"narrow": narrow, "multipliers": multipliers} | dropped
