"""Kernels of our own for Helium, the vectors of Cortex-M55 and M85."""

from typing import TYPE_CHECKING

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.families import MVE
from tinycompile.kernels.family import Family, modules
from tinycompile.target import Isa, Target

if TYPE_CHECKING:
    from tinycompile.kernel import Kernel

# In order of priority: the first that applies wins.
ORDER = (
    "mve_add_constant_s8",
    "mve_add_s8",
    "mve_mul_constant_s8",
    "mve_mul_s8",
    "mve_add_s16",
    "mve_mul_s16",
    "mve_min_max_s8",
    "mve_min_max_s16",
    "mve_depthwise_conv2d_row_s8",  # before conv2d
    "mve_depthwise_conv2d_4x4_s8",
    "mve_depthwise_conv2d_s8",
    "mve_depthwise_conv2d_s16",
    "mve_conv2d_s4",
    "mve_conv2d_s8",
    "mve_conv2d_s16",
    "mve_transpose_conv2d_s8",
    "mve_fully_connected_few_s8",  # before others
    "mve_fully_connected_s4",
    "mve_fully_connected_s8",
    "mve_fully_connected_s16",
    "mve_matmul_s8",
    "mve_matmul_s16",
    "mve_svdf_s8",
    "mve_svdf_state_s16_s8",
    "mve_lstm_s8",
    "mve_mean_s8",
    "mve_avg_pool2d_s8",
    "mve_max_pool2d_s8",
    "mve_avg_pool2d_s16",
    "mve_max_pool2d_s16",
    "mve_concat",
    "mve_strided_copy",
    "mve_table_s8",
    "mve_rescale",
    "mve_softmax_s8",
    "mve_softmax_s16",
    "mve_logistic_s16",
    "mve_tanh_s16",
    "mve_quantize_f32_s8",
    "mve_dequantize_s8_f32",
)


def kernels() -> "list[Kernel]":
    return [module.KERNEL for module in modules(__name__, ORDER)]


def kernels_for(target: Target, copy: CmsisNN | None) -> "list[Kernel]":
    return kernels() if target.isa >= Isa.MVE else []


FAMILY = Family(MVE, "kernels of our own for MVE", kernels_for)
