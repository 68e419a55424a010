"""Every kernel, in order of priority: the first that applies wins."""

from tinycompile.kernel import Kernel
from tinycompile.kernels import conv2d_s8, fully_connected_s8

KERNELS: list[Kernel] = [
    conv2d_s8.KERNEL,
    fully_connected_s8.KERNEL,
]
