"""The product of two computed int16 matrices for Helium: four columns at a time.

Sums leave as `dsp_matmul_s16` has it.
"""

from dataclasses import replace
from typing import Any

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match, apart
from tinycompile.kernels.dsp import dsp_matmul_s16
from tinycompile.kernels.mve.mve_matmul_s8 import columns_are_few
from tinycompile.kernels.portable.s16 import matmul_s16
from tinycompile.kernels.shared import transposed_matrix
from tinycompile.target import Isa

VECTOR = 8  # elements


def lower(match: Match) -> Call:
    call = dsp_matmul_s16.lower(match)
    p: dict[str, Any] = call.params
    copies = 0 if p["b_transposed"] else 4 * 16 * -(-p["depth"] // VECTOR)
    return replace(call, scratch=copies)


KERNEL = Kernel(
    "tc_mve_matmul_s16",
    transposed_matrix.pattern,
    lower,
    dsp_matmul_s16.reference,
    constraints=(
        *matmul_s16.KERNEL.constraints,
        transposed_matrix.the_last_axes_are_swapped,
        dsp_matmul_s16.factor_is_usual,
        columns_are_few,
    ),
    overlaps=apart,
    isa=Isa.MVE,
    family=MVE,
    takes_scratch=True,
    summary="The product of two computed int16 matrices, or of stacks of them; the second may be transposed.",
)
