"""What kernels on float32 share: constants, the bounds of a fused activation, limits.

Sums are made in float32 in the order of the elements (`tc_float.h`); references make them in float64, so C
and reference agree to about the square root of the number of products times 2^-24.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import DFPattern, wildcard

from tinycompile.call import Param
from tinycompile.kernel import Match, Pattern

Reals = NDArray[np.float64]
Constant = Callable[[Pattern, str], DFPattern]  # of weights: `constant`, or that of int8_weights


def constant(p: Pattern, name: str) -> DFPattern:
    """A float constant, or one that is dequantised: `value` reads both."""
    return p.constant(name) | p.dequantize(f"{name}.integers", constant=True)


def value(match: Match, name: str) -> NDArray[np.float32]:
    """The real value of the constant `name`."""
    if name in match:
        return match.array(name).astype(np.float32)
    integers = match.array(f"{name}.integers")
    axis = int(match.attrs(f"{name}.integers.dequantize").axis) % max(integers.ndim, 1)
    along = [1] * integers.ndim
    scale, zero_point = (match.array(f"{name}.integers.{of}") for of in ("scale", "zero_point"))
    if max(scale.size, zero_point.size) > 1:
        along[axis] = -1
    offset = integers.astype(np.float32) - zero_point.astype(np.float32).reshape(
        along if zero_point.size > 1 else [1] * integers.ndim
    )
    return np.asarray(offset * scale.reshape(along), np.float32)


def bounded(p: Pattern, real: DFPattern) -> Pattern:
    """Make `real`, through a ReLU or a clip if there is one, the root: `bounds` reads it."""
    return p.at(activation(p, real) | real)


def activation(p: Pattern, real: DFPattern) -> DFPattern:
    """A ReLU or a clip of `real`."""
    clip = p.op("clip", "relax.clip", real, wildcard(), wildcard())
    return p.op("relu", "relax.nn.relu", real) | clip


def bounds(match: Match) -> dict[str, Param]:
    """The fields `min` and `max`; infinite where there is no bound, so that infinity stays what it is."""
    low, high = -math.inf, math.inf
    if "relu" in match:
        low = 0.0
    if "clip" in match:
        low, high = (float(np.float32(bound.value)) for bound in match["clip"].args[1:])
    return {"min": low, "max": high}


def bound(p: dict[str, Any], real: Reals) -> NDArray[np.float32]:
    """What leaves a kernel that computed `real`."""
    clamped: NDArray[np.float32] = np.clip(real, p["min"], p["max"]).astype(np.float32)
    return clamped


def input_is_float32(match: Match) -> str | None:
    """The input is float32."""
    dtype = match.dtype("input")
    return None if dtype == "float32" else f"it is {dtype}"


def weights(match: Match) -> NDArray[np.float32]:
    """Output channels first: OHWI, or (N, K) of a matmul."""
    found = value(match, "weights")
    return np.ascontiguousarray(found.T) if found.ndim == 2 else found


def bias(match: Match) -> NDArray[np.float32]:
    """One number per output channel; zeros where the graph has no bias."""
    found = value(match, "bias").reshape(-1) if "biased" in match else np.zeros(1, np.float32)
    return np.broadcast_to(found, len(weights(match))).copy()


def bias_is_per_channel(match: Match) -> str | None:
    """The bias is one value per output channel, or there is none."""
    if "biased" not in match:
        return None
    found, channels = value(match, "bias"), len(weights(match))
    fits = found.size == 1 or (found.size == channels and found.shape[-1] == channels)
    return None if fits else f"bias is {found.shape} for {channels} channels"


def sums_of_products(p: Pattern, product: DFPattern) -> Pattern:
    """`product`, "bias" added if there is one, bounded."""
    addend = constant(p, "bias")
    biased = p.op("biased", "relax.add", product, addend)
    return bounded(p, biased | product)
