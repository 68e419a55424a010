"""A fully connected layer of any rank on int8: rows of the input times constant weights."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, overlap
from tinycompile.kernels.shared.accumulate import Biased


def pattern(biased: Biased = accumulate.biased) -> Pattern:
    p = Pattern()
    weights = p.dequantize("weights", constant=True)  # (K, N)
    matmul = p.op("matmul", "relax.matmul", p.dequantize("input"), weights)
    return p.quantize(biased(p, matmul))


def weights_are_a_matrix(match: Match) -> str | None:
    """The weights are a matrix."""
    shape = match.array("weights").shape
    return None if len(shape) == 2 else f"their shape is {shape}"


def folded_bias(match: Match) -> NDArray[np.int64]:
    """sum((x - z) * w) = sum(x * w) - z * sum(w): the second term is known now. It may exceed int32."""
    zero_point = match.quantization("input").zero_point
    sums = accumulate.offset_filters(match).sum(axis=1)
    folded: NDArray[np.int64] = accumulate.bias(match) - zero_point * sums
    return folded


def lower(match: Match) -> Call:
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={**geometry(match)}
        | {
            "output_zero_point": match.quantization("output").zero_point,
            "min": low,
            "max": high,
            "weights": weights_of(match),
            "bias": folded_bias(match).astype(np.int32),
        }
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=macs(match),
    )


def geometry(match: Match) -> dict[str, Param]:
    outputs, inputs = accumulate.filters(match).shape
    return {"rows": prod(match.shape("input")[:-1]), "input_n": inputs, "output_n": outputs}


def weights_of(match: Match) -> NDArray[np.int8]:
    """(N, K)"""
    return np.ascontiguousarray(accumulate.filters(match))


def macs(match: Match) -> int:
    return prod(match.shape("input")[:-1]) * prod(match.shape("weights"))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    return accumulate.leave(p, sums(p, x))


def sums(p: dict[str, Any], x: NDArray[Any]) -> NDArray[np.int64]:
    """(rows, output_n), the bias included."""
    rows = x.reshape(p["rows"], p["input_n"]).astype(np.int64)
    total: NDArray[np.int64] = rows @ p["weights"].astype(np.int64).T + p["bias"]
    return total


KERNEL = Kernel(
    "tc_fully_connected_s8",
    pattern,
    lower,
    reference,
    constraints=(weights_are_a_matrix, *accumulate.CONSTRAINTS),
    overlaps=overlap.rows(),
    summary="Rows of any number times a constant matrix.",
)
