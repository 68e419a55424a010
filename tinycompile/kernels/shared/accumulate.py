"""What kernels that sum products of activations and weights share: bias, multipliers, limits.

The real value of an accumulator is `s_in * s_w[c] * sum`; it leaves as int8 through the multiplier
`s_in * s_w[c] / s_out` of its output channel c.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import DFPattern

from tinycompile.call import Call, Param
from tinycompile.kernel import Constraint, Match, Pattern
from tinycompile.quantization import quantize_multiplier, requantize

INT32_MAX = 2**31 - 1

# What adds a bias to a product, in a pattern.
Biased = Callable[[Pattern, DFPattern], DFPattern]


def biased(p: Pattern, product: DFPattern) -> DFPattern:
    """`product`, with an int32 bias or without: the part "biased"."""
    return p.op("biased", "relax.add", product, p.dequantize("bias", constant=True)) | product


def filters(match: Match) -> NDArray[np.int8]:
    """Weights as (output channels, products in a sum), from OHWI or, of matmul, (K, N)."""
    weights = match.array("weights")
    return weights.T if weights.ndim == 2 else weights.reshape(len(weights), -1)


def activations_are(dtype: str) -> Constraint:
    """A constraint of kernels for one type of activations."""

    def check(match: Match) -> str | None:
        found = match.dtype("input"), match.dtype("output.quantize")
        return None if found == (dtype, dtype) else "they are {} and {}".format(*found)

    check.__doc__ = f"Input and output are {dtype}."
    return check


activations_are_int8 = activations_are("int8")
activations_are_int16 = activations_are("int16")


def zero_points_are_0(match: Match) -> str | None:
    """Input and output have zero point 0."""
    found = [match.quantization(part).zero_point for part in ("input", "output")]
    return None if found == [0, 0] else "they have {} and {}".format(*found)


def quantisation_is_kept(match: Match) -> str | None:
    """Input and output have the same scale and zero point."""
    of_input, of_output = match.quantization("input"), match.quantization("output")
    return None if of_input == of_output else f"they have {of_input} and {of_output}"


def weights_are_symmetric_int8(match: Match) -> str | None:
    """Weights are int8 with zero point 0."""
    if match.dtype("weights") != "int8":
        return f"weights are {match.dtype('weights')}"
    zero_points = match.array("weights.zero_point")
    return f"zero point is {zero_points.max()}" if np.any(zero_points != 0) else None


def scales_are_of_output_channels(match: Match) -> str | None:
    """The weights have one scale, or one per output channel."""
    scales, shape = match.scales("weights"), match.shape("weights")
    axis = int(match.attrs("weights.dequantize").axis) % len(shape)
    channels = len(shape) - 1 if len(shape) == 2 else 0
    fits = scales.size == 1 or axis == channels
    return None if fits else f"they have {scales.size}, along dimension {axis} of {shape}"


def bias_is_int32_per_channel(match: Match) -> str | None:
    """The bias is int32, one value per output channel, or there is none."""
    if "biased" not in match:
        return None
    value = match.array("bias")
    if value.dtype != np.int32:
        return f"bias is {value.dtype}"
    channels = len(filters(match))
    fits = value.size == channels and value.shape[-1:] == (channels,)
    return None if fits else f"bias is {value.shape} for {channels} channels"


def bias_scale_is_the_product(match: Match) -> str | None:
    """The scale of the bias is the scale of the input times that of the weights, within 1e-4."""
    if "biased" not in match:
        return None
    product = match.scales("weights") * np.float32(match.quantization("input").scale)
    used = np.broadcast_to(_used(match), product.shape)
    error = float(np.abs(match.scales("bias") / product - 1)[used].max(initial=0))
    return None if error <= 1e-4 else f"off by a factor {1 + error:.4g}"


def _used(match: Match) -> NDArray[np.bool_]:
    """Which scales matter: those of channels whose bias is not 0."""
    used = match.array("bias").reshape(-1) != 0
    return used if match.scales("weights").size > 1 else np.asarray(used.any())


def weights_are_int8_with_a_zero_point(match: Match) -> str | None:
    """Weights are int8 with one zero point for all."""
    if match.dtype("weights") != "int8":
        return f"weights are {match.dtype('weights')}"
    count = match.array("weights.zero_point").size
    return None if count == 1 else f"they have {count}"


def offset_filters(match: Match) -> NDArray[np.int64]:
    """Weights, their zero point taken off, as (output channels, products in a sum)."""
    zero_points = match.array("weights.zero_point").reshape(-1, 1)
    offset: NDArray[np.int64] = filters(match).astype(np.int64) - zero_points
    return offset


def sums_fit_int32(match: Match) -> str | None:
    """No sum of products exceeds int32, nor at the output's scale (biases make it wrap, as in TFLite)."""
    worst = np.abs(offset_filters(match)).sum(axis=1) * 255
    if worst.max() > INT32_MAX:
        return f"one may reach {worst.max()}"
    sums = np.minimum(worst + np.abs(bias(match).astype(np.int64)), INT32_MAX)
    requantised = float((sums * channel_factors(match)).max())
    fits = requantised <= INT32_MAX - 2**15  # the zero point comes on top
    return None if fits else f"one may reach {requantised:.4g} at the output's scale"


SCALES: tuple[Constraint, ...] = (
    scales_are_of_output_channels,
    bias_is_int32_per_channel,
    bias_scale_is_the_product,
)
QUANTISATION: tuple[Constraint, ...] = (activations_are_int8, weights_are_symmetric_int8, *SCALES)
OFFSET_QUANTISATION: tuple[Constraint, ...] = (
    activations_are_int8,
    weights_are_int8_with_a_zero_point,
    *SCALES,
)
CONSTRAINTS: tuple[Constraint, ...] = (*QUANTISATION, sums_fit_int32)


def bias(match: Match) -> NDArray[np.int32]:
    """One int32 per output channel; zeros where the graph has no bias."""
    if "biased" not in match:
        return np.zeros(len(filters(match)), np.int32)
    return match.array("bias").reshape(-1)


def with_weights_zero_point(call: Call, match: Match) -> Call:
    """The `call` of a kernel for weights without one, for its twin that has the field."""
    zero_point = int(match.array("weights.zero_point").reshape(()))
    return replace(call, params=call.params | {"weights_zero_point": zero_point})


def without_weights_zero_point(p: dict[str, Any]) -> dict[str, Any]:
    """The parameters `p` of such a twin as those of the kernel that it is the twin of."""
    return p | {"weights": p["weights"].astype(np.int64) - p["weights_zero_point"]}


def zero_points_and_bounds(match: Match) -> dict[str, Param]:
    low, high = match.clamp()
    return {
        "input_zero_point": match.quantization("input").zero_point,
        "output_zero_point": match.quantization("output").zero_point,
        "min": low,
        "max": high,
    }


def multipliers(real: NDArray[np.float64]) -> dict[str, Param]:
    """The tables `multipliers` (int32) and `shifts` (int8): a real factor per output channel."""
    pairs = [quantize_multiplier(float(r)) for r in real]
    return {
        "multipliers": np.array([m for m, _ in pairs], np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }


def channel_factors(match: Match) -> NDArray[np.float64]:
    """`s_in * s_w[c] / s_out` in float64, as TFLite's convolutions compute it."""
    s_in, s_out = match.quantization("input").scale, match.quantization("output").scale
    factors = s_in * match.scales("weights").astype(np.float64) / s_out
    return np.broadcast_to(factors.reshape(-1), len(filters(match)))


def leave(p: dict[str, Any], sums: NDArray[np.int64]) -> NDArray[np.int8]:
    """The int8 output of accumulators whose last axis is the output channel."""
    return clamp(p, requantize(sums, p["multipliers"], p["shifts"]) + p["output_zero_point"])


def leave_by_one(p: dict[str, Any], sums: NDArray[np.int64]) -> NDArray[np.int8]:
    """The int8 output of accumulators that share one multiplier."""
    return clamp(p, requantize(sums, p["multiplier"], p["shift"]) + p["output_zero_point"])


def clamp(p: dict[str, Any], values: NDArray[np.int64]) -> NDArray[np.int8]:
    clamped: NDArray[np.int8] = np.clip(values, p["min"], p["max"]).astype(np.int8)
    return clamped
