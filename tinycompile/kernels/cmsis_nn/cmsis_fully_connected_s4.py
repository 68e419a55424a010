"""A fully connected layer with int4 weights of one scale by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, cmsis_fully_connected_s8, int4
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import nibbles


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    weights = int4.widened(p, p["output_n"], p["input_n"])
    factor = {"multipliers": np.int32(p["multiplier"]), "shifts": np.int8(p["shift"])}
    return fully_connected_s8.reference(p | factor | {"weights": weights}, x)


def kernel(context: Context) -> Kernel:
    plain = cmsis_fully_connected_s8.kernel(context)

    def lower(match: Match) -> Call:
        return int4.halved(plain.lower(match))

    return adapter.of(
        fully_connected_s8.KERNEL,
        "tc_cmsis_fully_connected_s4",
        "arm_fully_connected_s4",
        context,
        lower,
        cmsis_fully_connected_s8.weights_have_one_scale,
        *nibbles.CONSTRAINTS,
        reference=reference,
        packed=True,
    )
