"""The product of two computed int16 matrices: four columns at a time, as pairs in scratch."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match, apart
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.kernels.portable.s16 import matmul_s16
from tinycompile.kernels.shared import accumulate_s16, transposed_matrix
from tinycompile.kernels.shared import high_half_requantization as high_half
from tinycompile.quantization import quantize_multiplier
from tinycompile.target import Isa


def there_are_four_columns(match: Match) -> str | None:
    """The product has 4 columns or more."""
    columns = match.shape("matmul")[-1]
    return None if columns >= lanes.LANES else f"it has {columns}"


def factor_is_usual(match: Match) -> str | None:
    """The inputs' scales, multiplied, are less than 1/2 and at least 2^-18 of the output's."""
    factor = matmul_s8.factor(match)
    _, shift = quantize_multiplier(factor)
    return None if 1 <= -shift <= high_half.LARGEST_SHIFT else f"they are {factor:.3g} of it"


def lower(match: Match) -> Call:
    call = transposed_matrix.with_columns(matmul_s16.lower(match), match)
    p: dict[str, Any] = dict(call.params)
    shift, multiplier = p.pop("shift"), p.pop("multiplier")
    transposed = p.pop("b_transposed")
    p |= {"factor": multiplier << 17 + shift, "b_transposed": transposed}
    return replace(call, params=p, scratch=16 * -(-p["depth"] // 2))


def reference(p: dict[str, Any], a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.int16]:
    """Sums have 48 bits, factors 31: the product is made of the two halves of a sum."""
    sums = np.matmul(*matmul_s8.matrices(p, a, transposed_matrix.untransposed(p, b)))
    low = ((sums & 0xFFFFFFFF) * p["factor"] + (1 << 31)) >> 32
    wrapped = (low + (sums >> 32) * p["factor"]).astype(np.int32)
    return accumulate_s16.clamp(p, wrapped.astype(np.int64))


KERNEL = Kernel(
    "tc_dsp_matmul_s16",
    transposed_matrix.pattern,
    lower,
    reference,
    constraints=(
        *matmul_s16.KERNEL.constraints,
        transposed_matrix.the_last_axes_are_swapped,
        there_are_four_columns,
        factor_is_usual,
    ),
    overlaps=apart,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="The product of two computed int16 matrices, or of stacks of them; the second may be transposed.",
)
