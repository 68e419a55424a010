"""A fully connected layer of any rank on int16: rows of the input times constant int8 weights."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import accumulate, accumulate_s16, overlap


def lower(match: Match) -> Call:
    weights = fully_connected_s8.weights_of(match)
    return Call(
        inputs=("input",),
        params={**fully_connected_s8.geometry(match)}
        | accumulate_s16.bounds(match)
        | accumulate_s16.tables(match, weights, accumulate.channel_factors(match)),
        macs=fully_connected_s8.macs(match),
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """(rows, input_n) -> (rows, output_n)."""
    return accumulate_s16.leave(p, fully_connected_s8.sums(p, x))


KERNEL = Kernel(
    "tc_fully_connected_s16",
    partial(fully_connected_s8.pattern, accumulate_s16.biased),
    lower,
    reference,
    constraints=(fully_connected_s8.weights_are_a_matrix, *accumulate_s16.CONSTRAINTS),
    overlaps=overlap.rows(size=2),
    summary="Rows of int16, of any number, times a constant int8 matrix.",
)
