"""A fully connected layer on int8 whose weights have a zero point, as in old and in uint8 models."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import accumulate, overlap


def lower(match: Match) -> Call:
    return accumulate.with_weights_zero_point(fully_connected_s8.lower(match), match)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    return fully_connected_s8.reference(accumulate.without_weights_zero_point(p), x)


KERNEL = Kernel(
    "tc_fully_connected_offset_s8",
    fully_connected_s8.pattern,
    lower,
    reference,
    constraints=(
        fully_connected_s8.weights_are_a_matrix,
        *accumulate.OFFSET_QUANTISATION,
        accumulate.sums_fit_int32,
    ),
    overlaps=overlap.rows(),
    summary="Rows of any number times a constant matrix that has a zero point.",
)
