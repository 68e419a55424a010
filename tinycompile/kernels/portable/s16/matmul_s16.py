"""The product of two computed int16 matrices, or of stacks of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.kernels.shared import accumulate_s16, overlap
from tinycompile.quantization import quantize_multiplier, reduced, requantize_int64

MOST_PRODUCTS = 2**17 - 1  # of two int16, whose sum stays below 2^47


def zero_points_are_0(match: Match) -> str | None:
    """Inputs and output have zero point 0."""
    found = [match.quantization(part).zero_point for part in (*matmul_s8.INPUTS, "output")]
    return None if not any(found) else "they have {}, {} and {}".format(*found)


def sums_fit_48_bits(match: Match) -> str | None:
    """A sum has at most 131071 products."""
    depth = match.shape("a")[-1]
    return None if depth <= MOST_PRODUCTS else f"it has {depth}"


def factor_fits_7_bits(match: Match) -> str | None:
    """The scales of the inputs multiply to less than 128 times the output's scale."""
    factor = matmul_s8.factor(match)
    return None if factor < 128 else f"it is {factor:.4g} times"


def lower(match: Match) -> Call:
    multiplier, shift = quantize_multiplier(matmul_s8.factor(match))
    low, high = match.clamp()
    return Call(
        inputs=matmul_s8.INPUTS,
        params={**matmul_s8.geometry(match)}
        | {"min": low, "max": high, "multiplier": int(reduced(multiplier)), "shift": shift},
        macs=matmul_s8.macs(match),
    )


def reference(p: dict[str, Any], a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.int16]:
    left, right = matmul_s8.matrices(p, a, b)
    return accumulate_s16.clamp(p, requantize_int64(left @ right, p["multiplier"], p["shift"]))


KERNEL = Kernel(
    "tc_matmul_s16",
    matmul_s8.pattern,
    lower,
    reference,
    constraints=(
        matmul_s8.activations_are("int16"),
        *matmul_s8.SHAPES,
        zero_points_are_0,
        sums_fit_48_bits,
        factor_fits_7_bits,
    ),
    overlaps=overlap.products(size=2),
    summary="The product of two computed int16 matrices, or of stacks of them.",
)
