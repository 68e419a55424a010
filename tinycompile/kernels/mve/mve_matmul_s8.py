"""The product of two computed int8 matrices for Helium: four columns at a time.

Sums leave as `dsp_matmul_s8` has it.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match, apart
from tinycompile.kernels.dsp import dsp_matmul_s8
from tinycompile.kernels.mve.dense import CHUNK
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.kernels.shared import transposed_matrix
from tinycompile.target import Isa

MOST_COLUMNS = (2**16 - 1) // 14  # offsets of a gather have 16 bits


def columns_are_few(match: Match) -> str | None:
    """The product has at most 4681 columns."""
    columns = match.shape("matmul")[-1]
    return None if columns <= MOST_COLUMNS else f"it has {columns}"


def lower(match: Match) -> Call:
    call = transposed_matrix.with_columns(dsp_matmul_s8.lower(match), match)
    p: dict[str, Any] = call.params
    copies = 0 if p["b_transposed"] else 4 * CHUNK * -(-p["depth"] // CHUNK)
    return replace(call, scratch=4 * p["rows"] + copies)


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    return dsp_matmul_s8.reference(p, a, transposed_matrix.untransposed(p, b))


KERNEL = Kernel(
    "tc_mve_matmul_s8",
    transposed_matrix.pattern,
    lower,
    reference,
    constraints=(
        *matmul_s8.KERNEL.constraints,
        transposed_matrix.the_last_axes_are_swapped,
        dsp_matmul_s8.sums_fit_31_bits,
        dsp_matmul_s8.factor_is_usual,
        columns_are_few,
    ),
    overlaps=apart,
    isa=Isa.MVE,
    family=MVE,
    takes_scratch=True,
    summary="The product of two computed matrices, or of stacks of them; the second may be transposed.",
)
