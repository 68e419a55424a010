"""Max pool on int16 by CMSIS-NN."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.cmsis_nn.cmsis_max_pool2d_s8 import made_for
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s16 import max_pool2d_s16


def kernel(context: Context) -> Kernel:
    return made_for("s16", max_pool2d_s16.KERNEL, context)
