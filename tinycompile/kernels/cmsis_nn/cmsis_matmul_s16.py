"""The product of two computed int16 matrices by CMSIS-NN; b is read as by `cmsis_matmul_s8`."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.cmsis_nn.s16 import FRACTION_BITS, OUTPUT_LIMIT
from tinycompile.kernels.portable.s8 import matmul_s8
from tinycompile.kernels.portable.s16 import matmul_s16
from tinycompile.kernels.shared.transposed_matrix import (
    pattern,
    the_last_axes_are_swapped,
    untransposed,
    with_columns,
)

LARGEST_PRODUCT = 2**30


def outputs_fit(match: Match) -> str | None:
    """No output, before it is clamped, can reach 2^29."""
    worst = match.shape("a")[-1] * LARGEST_PRODUCT * matmul_s8.factor(match)
    return None if worst < OUTPUT_LIMIT else f"one may reach {worst:.4g}"


def reference(p: dict[str, Any], a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.int16]:
    reduced = {"multiplier": p["multiplier"] >> FRACTION_BITS}
    return matmul_s16.reference(p | reduced, a, untransposed(p, b))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = with_columns(matmul_s16.lower(match), match)
        p: dict[str, Any] = dict(call.params)
        p["multiplier"] <<= FRACTION_BITS
        return replace(call, params=p, scratch=scratch.transposed(p, np.dtype(np.int16)))

    return adapter.of(
        matmul_s16.KERNEL,
        "tc_cmsis_matmul_s16",
        "arm_batch_matmul_s16",
        context,
        lower,
        the_last_axes_are_swapped,
        outputs_fit,
        pattern=pattern,
        reference=reference,
        takes_scratch=True,
    )
