"""A fully connected layer on int8 for Helium, of int4 weights: that of int8, with half of their bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense_s4, mve_fully_connected_s8
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    return dense_s4.call(mve_fully_connected_s8.call(portable))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    return mve_fully_connected_s8.reference(dense_s4.in_int8(p), x)


KERNEL = Kernel(
    "tc_mve_fully_connected_s4",
    fully_connected_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *mve_fully_connected_s8.KERNEL.constraints,
        *nibbles.CONSTRAINTS,
        dense_s4.products_are_few,
    ),
    isa=Isa.MVE,
    takes_scratch=True,
    packed=True,
    summary="Rows of any number times a constant matrix of int4.",
    family=MVE,
)
