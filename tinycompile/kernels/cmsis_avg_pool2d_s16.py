"""Average pool on int16 by CMSIS-NN."""

from tinycompile.kernel import Kernel
from tinycompile.kernels import avg_pool2d_s16, cmsis
from tinycompile.kernels.cmsis_avg_pool2d_s8 import made_for


def kernel(context: cmsis.Context) -> Kernel:
    return made_for("s16", avg_pool2d_s16.KERNEL, context)
