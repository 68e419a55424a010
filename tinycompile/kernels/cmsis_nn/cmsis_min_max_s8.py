"""The smaller or larger of two int8 tensors by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.cmsis_add_s8 import flat, shapes_are_equal, with_count
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import min_max_s8
from tinycompile.kernels.shared import overlap


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    return min_max_s8.reference(flat(p), a.reshape(-1), b.reshape(-1))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        return with_count(min_max_s8.lower(match), match)

    return adapter.of(
        min_max_s8.KERNEL,
        "tc_cmsis_min_max_s8",
        "arm_maximum_s8",
        context,
        lower,
        shapes_are_equal,
        reference=reference,
        overlaps=overlap.both_in_order,
        functions=("arm_maximum_s8", "arm_minimum_s8"),
    )
