"""A fully connected layer on int8 with packed weights, decoded as they are multiplied."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import overlap, packing


def lower(match: Match) -> Call:
    return packing.packed_call(fully_connected_s8.lower(match), packing.of(match))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    return fully_connected_s8.reference(p | {"weights": packing.weights(p, p["input_n"])}, x)


KERNEL = Kernel(
    "tc_fully_connected_packed_s8",
    fully_connected_s8.pattern,
    lower,
    reference,
    constraints=(*fully_connected_s8.KERNEL.constraints, *packing.CONSTRAINTS),
    packed=True,
    overlaps=overlap.rows(),
    summary="Rows of any number times a constant matrix of 1, 2 or 4 bits.",
)
