"""The product of two computed int8 matrices by CMSIS-NN, which reads the second one by columns.

A transpose of the second operand in the graph is so for free; without one its copy is scratch memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.kernels.shared import transposed_matrix


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    return matmul_s8.reference(p, a, transposed_matrix.untransposed(p, b))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = transposed_matrix.with_columns(matmul_s8.lower(match), match)
        return adapter.with_scratch(call, scratch.matmul, context)

    return adapter.of(
        matmul_s8.KERNEL,
        "tc_cmsis_matmul_s8",
        "arm_batch_matmul_s8",
        context,
        lower,
        transposed_matrix.the_last_axes_are_swapped,
        pattern=transposed_matrix.pattern,
        reference=reference,
        takes_scratch=True,
    )
