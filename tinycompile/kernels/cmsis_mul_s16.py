"""The product of two int16 tensors by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, mul_s16
from tinycompile.kernels.cmsis_add_s8 import flat, shapes_are_equal, with_count
from tinycompile.program import Call


def reference(p: dict[str, Any], a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.int16]:
    return mul_s16.KERNEL.reference(flat(p), a.reshape(-1), b.reshape(-1))


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        return with_count(mul_s16.KERNEL.lower(match), match)

    return cmsis.adapter(
        mul_s16.KERNEL,
        "tc_cmsis_mul_s16",
        "arm_elementwise_mul_s16",
        context,
        lower,
        shapes_are_equal,
        reference=reference,
    )
