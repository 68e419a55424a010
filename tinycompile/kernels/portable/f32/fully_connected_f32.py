"""A fully connected layer of any rank on float32: rows of the input times constant weights."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import float32, overlap
from tinycompile.kernels.shared.float32 import Constant


def pattern(constant: Constant = float32.constant) -> Pattern:
    p = Pattern()
    weights = constant(p, "weights")  # (K, N)
    return float32.sums_of_products(p, p.op("matmul", "relax.matmul", p.tensor("input"), weights))


def weights_are_a_matrix(match: Match) -> str | None:
    """The weights are a matrix."""
    shape = float32.value(match, "weights").shape
    return None if len(shape) == 2 else f"their shape is {shape}"


def lower(match: Match) -> Call:
    weights = float32.weights(match)  # (N, K)
    rows = prod(match.shape("input")[:-1])
    return Call(
        inputs=("input",),
        params={"rows": rows, "input_n": weights.shape[1], "output_n": weights.shape[0]}
        | float32.bounds(match)
        | {"weights": weights, "bias": float32.bias(match)},
        macs=rows * weights.size,
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, input_n) -> (rows, output_n)."""
    rows = x.reshape(p["rows"], p["input_n"]).astype(np.float64)
    return float32.bound(p, rows @ p["weights"].astype(np.float64).T + p["bias"])


CONSTRAINTS = (weights_are_a_matrix, float32.input_is_float32, float32.bias_is_per_channel)
KERNEL = Kernel(
    "tc_fully_connected_f32",
    pattern,
    lower,
    reference,
    constraints=CONSTRAINTS,
    overlaps=overlap.rows(size=4, together=4),
    summary="Rows of any number times a constant matrix, in float.",
)
