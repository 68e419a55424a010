"""What kernels that sum products of int16 activations and int8 weights share, next to `accumulate`.

TFLite computes them in one of two ways. With an int64 bias, or none, sums have 64 bits and leave through a
multiplier of 15 fraction bits, rounded once. With an int32 bias they are "narrow": they wrap at 32 bits and
leave as those of int8 do. In the graph an int64 bias is added as two int32 words (`qdq.add_integers`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import DFPattern

from tinycompile.call import Param
from tinycompile.kernel import Constraint, Match, Pattern
from tinycompile.kernels.shared import accumulate
from tinycompile.quantization import reduced, requantize, requantize_int64

LARGEST = 2**15  # magnitude of an activation
MOST_PRODUCTS = 511  # of an int16 and an int8 whose sum surely fits int32


def biased(p: Pattern, product: DFPattern) -> DFPattern:
    """`product`, with an int64 bias, an int32 one or none: the parts "wide" and "biased"."""
    low = p.op("biased", "relax.add", product, p.dequantize("bias", constant=True))
    high = p.dequantize("bias.high", constant=True)
    return p.op("wide", "relax.add", low, high) | low | product


def is_narrow(match: Match) -> bool:
    return "biased" in match and "wide" not in match


def bias(match: Match) -> NDArray[np.int64]:
    """One integer per output channel; zeros where the graph has no bias."""
    low = accumulate.bias(match).astype(np.int64)
    return low + (match.array("bias.high").astype(np.int64) << 32) if "wide" in match else low


def high_words_fit(match: Match) -> str | None:
    """High words of an int64 bias are int32 as the low ones, with 2^32 times their scale."""
    if "wide" not in match:
        return None
    low, high = match.array("bias"), match.array("bias.high")
    if (low.dtype, low.shape) != (high.dtype, high.shape):
        return f"they are {high.dtype} {high.shape}"
    scales = match.scales("bias") * np.float32(2**32)
    alike = np.array_equal(match.scales("bias.high"), scales)
    return None if alike else "it is another scale"


def sums_fit_48_bits(match: Match) -> str | None:
    """No sum of products can reach 2^47."""
    weights = np.abs(accumulate.filters(match).astype(np.int64)).sum(axis=1)
    biases = [abs(int(value)) for value in bias(match)]  # -2^63 has no int64 magnitude
    worst = max(LARGEST * int(w) + b for w, b in zip(weights, biases, strict=True))
    return None if worst < 2**47 else f"one may reach {worst}"


def factors_fit_7_bits(match: Match) -> str | None:
    """The scales of input and weights multiply to less than 128 times the output's scale."""
    largest = float(accumulate.channel_factors(match).max())
    return None if largest < 128 else f"it is {largest:.4g} times"


CONSTRAINTS: tuple[Constraint, ...] = (
    accumulate.activations_are_int16,
    accumulate.zero_points_are_0,
    accumulate.weights_are_symmetric_int8,
    accumulate.scales_are_of_output_channels,
    accumulate.bias_is_int32_per_channel,
    accumulate.bias_scale_is_the_product,
    high_words_fit,
    sums_fit_48_bits,
    factors_fit_7_bits,
)


def bounds(match: Match) -> dict[str, Param]:
    low, high = match.clamp()
    return {"min": low, "max": high, "narrow": int(is_narrow(match))}


def tables(
    match: Match, weights: NDArray[np.int8], factors: NDArray[np.float64]
) -> dict[str, Param]:
    """`weights`, `bias` (int64), `multipliers` of 15 or, if narrow, 31 fraction bits, and `shifts`."""
    known = accumulate.multipliers(factors)
    if not is_narrow(match):
        known["multipliers"] = reduced(np.asarray(known["multipliers"])).astype(np.int32)
    return {"weights": weights, "bias": bias(match), **known}


def leave(p: dict[str, Any], sums: NDArray[np.int64]) -> NDArray[np.int16]:
    """The int16 output of accumulators whose last axis is the output channel."""
    exit_ = requantize if p["narrow"] else requantize_int64
    return clamp(p, exit_(sums, p["multipliers"], p["shifts"]))


def clamp(p: dict[str, Any], values: NDArray[np.int64]) -> NDArray[np.int16]:
    clamped: NDArray[np.int16] = np.clip(values, p["min"], p["max"]).astype(np.int16)
    return clamped
