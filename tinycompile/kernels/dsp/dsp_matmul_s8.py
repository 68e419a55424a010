"""The product of two computed int8 matrices: four columns at a time, as pairs in scratch."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match, apart
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.quantization import quantize_multiplier
from tinycompile.target import Isa

LARGEST_SHIFT = 20  # the output's zero point has room above it
MOST_PRODUCTS = (2**30 - 1) // 255**2  # sums are held twice


def there_are_four_columns(match: Match) -> str | None:
    """The second input has 4 columns or more."""
    columns = match.shape("b")[-1]
    return None if columns >= lanes.LANES else f"it has {columns}"


def sums_fit_31_bits(match: Match) -> str | None:
    """A sum has at most 16512 products."""
    depth = match.shape("a")[-1]
    return None if depth <= MOST_PRODUCTS else f"it has {depth}"


def factor_is_usual(match: Match) -> str | None:
    """The inputs' scales, multiplied, are less than 1/2 and more than 2^-20 of the output's."""
    factor = matmul_s8.factor(match)
    _, shift = quantize_multiplier(factor)
    return None if 1 <= -shift <= LARGEST_SHIFT else f"they are {factor:.3g} of it"


def lower(match: Match) -> Call:
    portable = matmul_s8.lower(match)
    p: dict[str, Any] = portable.params
    shift = -p["shift"]
    kept = (
        *("batches", "rows", "depth", "columns", "a_step", "b_step"),
        *("a_zero_point", "b_zero_point", "multiplier"),
    )
    constant = (2 * p["output_zero_point"] + 1) << (shift - 1)
    return replace(
        portable,
        params={name: p[name] for name in kept}
        | {"constant": constant, "shift": shift, "min": p["min"], "max": p["max"]},
        scratch=32 * -(-p["depth"] // 4),
    )


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    zero_point = (p["constant"] >> (p["shift"] - 1)) // 2
    exact = {"shift": -p["shift"], "output_zero_point": zero_point}
    return matmul_s8.reference(p | exact, a, b)


KERNEL = Kernel(
    "tc_dsp_matmul_s8",
    matmul_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *matmul_s8.KERNEL.constraints,
        there_are_four_columns,
        sums_fit_31_bits,
        factor_is_usual,
    ),
    overlaps=apart,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="The product of two computed matrices, or of stacks of them.",
)
