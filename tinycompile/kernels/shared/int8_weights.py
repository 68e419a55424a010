"""What float kernels over int8 weights share: these stay integers in flash, a quarter of the floats.

Sums are of the input times integers; the scale of the output channel follows once, behind them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import DFPattern

from tinycompile.call import Param
from tinycompile.kernel import Match, Pattern

AXES = {2: 1, 4: 0}  # of the output channels, by the weights' rank: (K, N), OHWI


def constant(p: Pattern, name: str) -> DFPattern:
    """A dequantised constant, named as `float32.constant` names it."""
    return p.dequantize(f"{name}.integers", constant=True)


def integers(match: Match) -> NDArray[np.int8]:
    """The weights, output channels first: OHWI, or (N, K) of a matmul."""
    found = match.array("weights.integers")
    return np.ascontiguousarray(found.T) if found.ndim == 2 else found


def fields(match: Match, weights: NDArray[np.int8]) -> dict[str, Param]:
    """What the struct has instead of float weights: `weights` as the kernel orders them, and their scales."""
    count = len(integers(match))
    scales, zero_points = (
        np.broadcast_to(match.array(f"weights.integers.{of}").reshape(-1), count).astype(dtype)
        for of, dtype in (("scale", np.float32), ("zero_point", np.int8))
    )
    return {"weights": weights, "scales": scales, "zero_points": zero_points}


def real(p: dict[str, Any], channel_axis: int) -> dict[str, Any]:
    """`p` of a kernel whose weights are floats."""
    along = [-1 if axis == channel_axis else 1 for axis in range(p["weights"].ndim)]
    offsets = p["weights"].astype(np.float64) - p["zero_points"].reshape(along)
    return p | {"weights": offsets * p["scales"].reshape(along)}


def weights_are_int8(match: Match) -> str | None:
    """The weights and their zero points are int8."""
    dtype, zero_points = match.dtype("weights.integers"), match.array("weights.integers.zero_point")
    if dtype != "int8":
        return f"the weights are {dtype}"
    beyond = zero_points[zero_points != zero_points.astype(np.int8)]
    return f"a zero point is {beyond[0]}" if beyond.size else None


def scales_are_per_output_channel(match: Match) -> str | None:
    """The weights have one scale, or one per output channel."""
    rank = len(match.shape("weights.integers"))
    axis = int(match.attrs("weights.integers.dequantize").axis) % rank
    sizes = [match.array(f"weights.integers.{of}").size for of in ("scale", "zero_point")]
    if max(sizes) == 1 or axis == AXES.get(rank):
        return None
    return f"theirs lie along dimension {axis}"


CONSTRAINTS = (weights_are_int8, scales_are_per_output_channel)
