"""What layers with int4 weights are, for kernels that keep two weights a byte."""

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Constraint, Match
from tinycompile.kernels.shared import accumulate, packing

LEAST, MOST = -8, 7


def fit(weights: NDArray[np.int8]) -> bool:
    """Whether they are int4, and enough of them to be worth it."""
    in_range = weights.min(initial=0) >= LEAST and weights.max(initial=0) <= MOST
    return bool(in_range) and weights.size // 2 >= packing.WORTH


def are_int4(match: Match) -> bool:
    return fit(accumulate.filters(match))


def joined(low: NDArray[np.int8], high: NDArray[np.int8]) -> NDArray[np.int8]:
    """Two int4 a byte."""
    return (high << 4) | (low & 15)


def parted(both: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The low ones and the high ones."""
    return (both << 4) >> 4, both >> 4


def weights_have_4_bits(match: Match) -> str | None:
    """The weights are from -8 to 7."""
    filters = accumulate.filters(match)
    low, high = int(filters.min()), int(filters.max())
    return None if low >= LEAST and high <= MOST else f"they reach from {low} to {high}"


def halving_pays(match: Match) -> str | None:
    """With two a byte, the weights take at least 64 bytes less."""
    count = accumulate.filters(match).size
    return None if count // 2 >= packing.WORTH else f"there are {count}"


CONSTRAINTS: tuple[Constraint, ...] = (weights_have_4_bits, halving_pays)
