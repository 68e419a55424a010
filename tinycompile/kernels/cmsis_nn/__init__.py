"""Kernels that call functions of Arm's CMSIS-NN, which is not part of TinyCompile.

Each is made for the copy of CMSIS-NN and the core at hand; without a copy there are none.
"""

from typing import TYPE_CHECKING

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.families import CMSIS_NN
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.family import Family, modules
from tinycompile.target import Target

if TYPE_CHECKING:
    from tinycompile.kernel import Kernel

# In order of priority: the first that applies wins.
ORDER = (
    "cmsis_depthwise_conv2d_s4",  # as the portable ones for packed weights
    "cmsis_conv2d_s4",
    "cmsis_fully_connected_s4",
    "cmsis_depthwise_conv2d_s8",  # before conv2d
    "cmsis_conv2d_s8",
    "cmsis_fully_connected_s8",  # before the one for many scales
    "cmsis_fully_connected_channels_s8",
    "cmsis_avg_pool2d_s8",
    "cmsis_max_pool2d_s8",
    "cmsis_softmax_s8",
    "cmsis_softmax_s8_s16",
    "cmsis_svdf_s8",
    "cmsis_svdf_state_s16_s8",
    "cmsis_add_s8",
    "cmsis_mul_s8",
    "cmsis_min_max_s8",
    "cmsis_transpose_conv2d_upscaled_s8",  # before the one for few channels
    "cmsis_transpose_conv2d_s8",
    "cmsis_matmul_s8",
    "cmsis_matmul_s16",
    "cmsis_concat_s8",
    "cmsis_pad_s8",
    "cmsis_transpose_s8",
    "cmsis_depthwise_conv2d_s16",  # before conv2d
    "cmsis_conv2d_s16",
    "cmsis_fully_connected_s16",
    "cmsis_avg_pool2d_s16",
    "cmsis_max_pool2d_s16",
    "cmsis_softmax_s16",
    "cmsis_add_s16",
    "cmsis_mul_s16",
)


def kernels(context: Context) -> "list[Kernel]":
    return [module.kernel(context) for module in modules(__name__, ORDER)]


def kernels_for(target: Target, copy: CmsisNN | None) -> "list[Kernel]":
    return kernels(Context(target.isa, copy.version, copy.functions)) if copy else []


FAMILY = Family(CMSIS_NN, "Arm's functions, for DSP and MVE", kernels_for)
