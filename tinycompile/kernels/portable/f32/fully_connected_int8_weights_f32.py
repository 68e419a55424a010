"""A fully connected layer of any rank on float32, over weights that stay int8."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.f32 import fully_connected_f32
from tinycompile.kernels.shared import int8_weights, overlap


def pattern() -> Pattern:
    return fully_connected_f32.pattern(int8_weights.constant)


def lower(match: Match) -> Call:
    call = fully_connected_f32.lower(match)
    weights = int8_weights.integers(match)  # (N, K)
    return replace(call, params=call.params | int8_weights.fields(match, weights))


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, input_n) -> (rows, output_n)."""
    return fully_connected_f32.reference(int8_weights.real(p, channel_axis=0), x)


KERNEL = Kernel(
    "tc_fully_connected_int8_weights_f32",
    pattern,
    lower,
    reference,
    constraints=(*int8_weights.CONSTRAINTS, *fully_connected_f32.CONSTRAINTS),
    overlaps=overlap.rows(size=4),
    summary="Rows of any number times a constant matrix, in float over weights that stay int8.",
)
