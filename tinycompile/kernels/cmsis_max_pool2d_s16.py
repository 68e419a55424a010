"""Max pool on int16 by CMSIS-NN."""

from tinycompile.kernel import Kernel
from tinycompile.kernels import cmsis, max_pool2d_s16
from tinycompile.kernels.cmsis_max_pool2d_s8 import made_for


def kernel(context: cmsis.Context) -> Kernel:
    return made_for("s16", max_pool2d_s16.KERNEL, context)
