"""--weights f16: weights stay in half precision in flash; generated code widens what it reads."""

import numpy as np

from tinycompile.families import GENERATED
from tinycompile.kernel import Kernel
from tinycompile.program import Program

# They read floats: what they would take is generated.
FLOAT_WEIGHTS = {"tc_conv2d_f32", "tc_depthwise_conv2d_f32", "tc_fully_connected_f32"}


def able(kernels: list[Kernel]) -> list[Kernel]:
    """`kernels` but for those whose weights are floats."""
    return [kernel for kernel in kernels if kernel.symbol not in FLOAT_WEIGHTS]


def notes(program: Program) -> list[str]:
    """What there is to say of `program`, which was asked to have such weights."""
    generated = [layer for layer in program.layers if layer.kernel.family == GENERATED]
    tables = [p for layer in generated for p in layer.call.params.values()]
    if any(isinstance(table, np.ndarray) and table.dtype == np.uint16 for table in tables):
        return []
    return ["--weights f16: half precision holds none of the weights exactly"]
