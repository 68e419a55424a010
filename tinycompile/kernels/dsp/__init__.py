"""Kernels for cores with the DSP extension: two or four products an instruction, from the C of runtime_c/dsp.

They compute what the portable ones do, bit for bit, within constraints of their own.
"""

from typing import TYPE_CHECKING

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.families import DSP
from tinycompile.kernels.family import Family, modules
from tinycompile.target import Isa, Target

if TYPE_CHECKING:
    from tinycompile.kernel import Kernel

# In order of priority: the first that applies wins.
ORDER = (
    "dsp_depthwise_conv2d_3x3_s8",  # before conv2d
    "dsp_depthwise_conv2d_s8",
    "dsp_depthwise_conv2d_direct_s8",  # where that would rearrange too much, or factors are large
    "dsp_conv2d_winograd_s8",  # where it is asked for, before others
    "dsp_pointwise_s8",
    "dsp_conv2d_s8",
    "dsp_conv2d_patches_s8",  # takes nearly all, but needs more memory and copies more
    "dsp_depthwise_conv2d_s16",  # before conv2d
    "dsp_conv2d_s16",
    "dsp_fully_connected_s16",
    "dsp_fully_connected_s4",  # where packing is asked for
    "dsp_fully_connected_s8",
    "dsp_fully_connected_long_s8",  # where sums leave 24 bits
    "dsp_fully_connected_direct_s8",  # of few outputs, or with weights that others refuse
    "dsp_avg_pool2d_s8",
    "dsp_avg_pool2d_s16",
    "dsp_max_pool2d_s8",
    "dsp_max_pool2d_s16",
    "dsp_mean_s8",
    "dsp_add_s8",
    "dsp_add_exact_s8",
    "dsp_add_s16",
    "dsp_mul_s8",
    "dsp_mul_s16",
    "dsp_min_max_s8",
    "dsp_min_max_s16",
    "dsp_matmul_s8",
    "dsp_matmul_s16",
    "dsp_transpose_conv2d_s8",
    "dsp_svdf_s8",
    "dsp_svdf_state_s16_s8",
    "dsp_lstm_s8",
)


def kernels() -> "list[Kernel]":
    return [module.KERNEL for module in modules(__name__, ORDER)]


def kernels_for(target: Target, copy: CmsisNN | None) -> "list[Kernel]":
    """Those cores have them that have no vectors besides, for which others are made."""
    return kernels() if target.isa == Isa.DSP else []


FAMILY = Family(DSP, "C for DSP instructions", kernels_for)
