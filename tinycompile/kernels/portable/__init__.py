"""Kernels that need nothing but C, in folders by the type that their names end with.

They run on every core, and are what the kernels of other families compute, bit for bit.
"""

from typing import TYPE_CHECKING

from tinycompile.families import PORTABLE
from tinycompile.kernels.family import Family, modules

if TYPE_CHECKING:
    from tinycompile.kernel import Kernel

# In order of priority: the first that applies wins.
ORDER = (
    # Where packing is asked for they are taken, whatever else applies.
    "s8.conv2d_packed_s8",
    "s8.fully_connected_packed_s8",
    "s8.depthwise_conv2d_s8",  # before conv2d, which takes any number of groups
    "s8.conv2d_s8",
    "s8.conv2d_offset_s8",
    "s16.depthwise_conv2d_s16",  # likewise
    "s16.conv2d_s16",
    "s8.fully_connected_s8",
    "s8.fully_connected_offset_s8",
    "s16.fully_connected_s16",
    "s8.avg_pool2d_s8",
    "s16.avg_pool2d_s16",
    "s8.avg_pool2d_rescale_s8",
    "s8.max_pool2d_s8",
    "s16.max_pool2d_s16",
    "s8.mean_s8",
    "s16.mean_s16",
    "s8.transpose_conv2d_s8",
    "s16.transpose_conv2d_s16",
    "s8.matmul_s8",
    "s16.matmul_s16",
    "s8.resize_bilinear_s8",
    "any.resize_nearest",
    "s8.softmax_s8",
    "s8.gru_s8",
    "s8.svdf_s8",
    "s8.svdf_state_s16_s8",
    "s8.lstm_s8",
    "s16.lstm_s16",
    "s16.softmax_s16",
    "s8.add_constant_s8",
    "s16.add_constant_s16",
    "s8.add_s8",
    "s16.add_s16",
    "s8.mul_constant_s8",
    "s16.mul_constant_s16",
    "s8.mul_s8",
    "s16.mul_s16",
    "s8.min_max_s8",
    "s16.min_max_s16",
    "s8.prelu_s8",
    "s16.prelu_s16",
    "s8.arg_max_s8",
    "s8.l2_normalize_s8",
    "s8.squared_difference_s8",
    "s16.squared_difference_s16",
    "any.constant",  # before concat, whose smallest case it is
    "any.concat",
    "any.pad",
    "any.strided_copy",
    "any.gather",
    # Late, for it takes whatever has one input.
    "s8.table_s8",
    "s8.min_max_constant_s8",  # a single bound is a table
    "s16.min_max_constant_s16",
    "s16.leaky_relu_s16",
    "s16.abs_s16",
    "s16.rsqrt_s16",
    "s16.logistic_s16",
    "s16.tanh_s16",
    "any.rescale",  # between 8-bit integers it is a table
    "s16.clip_s16",  # a clip after a requantisation is part of it
    "s8.quantize_f32_s8",
    "s16.quantize_f32_s16",
    "f32.dequantize_s8_f32",
    "f32.dequantize_s16_f32",
    # Float, where a model is not quantised.
    "f32.depthwise_conv2d_int8_weights_f32",  # before those that take dequantised weights as floats
    "f32.conv2d_int8_weights_f32",
    "f32.fully_connected_int8_weights_f32",
    "f32.depthwise_conv2d_f32",  # before conv2d, as above
    "f32.conv2d_f32",
    "f32.fully_connected_f32",
    "f32.avg_pool2d_f32",
    "f32.max_pool2d_f32",
    "f32.mean_f32",
    "f32.softmax_f32",
    "f32.arithmetic_constant_f32",
    "f32.arithmetic_f32",
    "f32.lstm_f32",
    "f32.gru_f32",
    "f32.rnn_f32",
    "f32.unary_f32",  # the others take a ReLU after them along
)


def kernels() -> "list[Kernel]":
    return [module.KERNEL for module in modules(__name__, ORDER)]


FAMILY = Family(PORTABLE, "C for any core", lambda target, copy: kernels())
