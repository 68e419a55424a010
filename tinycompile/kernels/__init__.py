"""Every kernel, in order of priority: the first of a family that applies wins."""

from collections.abc import Callable

from tinycompile.kernel import Kernel
from tinycompile.kernels import (
    add_constant_s8,
    add_s8,
    arg_max_s8,
    arithmetic_constant_f32,
    arithmetic_f32,
    avg_pool2d_f32,
    avg_pool2d_rescale_s8,
    avg_pool2d_s8,
    cmsis,
    cmsis_add_s8,
    cmsis_avg_pool2d_s8,
    cmsis_concat_s8,
    cmsis_conv2d_s8,
    cmsis_depthwise_conv2d_s8,
    cmsis_fully_connected_channels_s8,
    cmsis_fully_connected_s8,
    cmsis_matmul_s8,
    cmsis_max_pool2d_s8,
    cmsis_min_max_s8,
    cmsis_mul_s8,
    cmsis_pad_s8,
    cmsis_softmax_s8,
    cmsis_transpose_conv2d_s8,
    cmsis_transpose_conv2d_upscaled_s8,
    cmsis_transpose_s8,
    concat,
    constant,
    conv2d_f32,
    conv2d_packed_s8,
    conv2d_s8,
    conv2d_s16,
    depthwise_conv2d_f32,
    depthwise_conv2d_s8,
    depthwise_conv2d_s16,
    dequantize_s8_f32,
    fully_connected_f32,
    fully_connected_packed_s8,
    fully_connected_s8,
    fully_connected_s16,
    gather,
    matmul_s8,
    matmul_s16,
    max_pool2d_f32,
    max_pool2d_s8,
    mean_f32,
    mean_s8,
    min_max_constant_s8,
    min_max_s8,
    mul_constant_s8,
    mul_s8,
    pad,
    prelu_s8,
    quantize_f32_s8,
    resize_bilinear_s8,
    resize_nearest_s8,
    softmax_f32,
    softmax_s8,
    squared_difference_s8,
    strided_copy,
    table_s8,
    transpose_conv2d_s8,
    transpose_conv2d_s16,
    unary_f32,
)

KERNELS: list[Kernel] = [
    # Where packing is asked for they are taken, whatever else applies.
    conv2d_packed_s8.KERNEL,
    fully_connected_packed_s8.KERNEL,
    depthwise_conv2d_s8.KERNEL,  # before conv2d, which takes any number of groups
    conv2d_s8.KERNEL,
    fully_connected_s8.KERNEL,
    avg_pool2d_s8.KERNEL,
    avg_pool2d_rescale_s8.KERNEL,
    max_pool2d_s8.KERNEL,
    mean_s8.KERNEL,
    transpose_conv2d_s8.KERNEL,
    matmul_s8.KERNEL,
    resize_bilinear_s8.KERNEL,
    resize_nearest_s8.KERNEL,
    softmax_s8.KERNEL,
    add_constant_s8.KERNEL,
    add_s8.KERNEL,
    mul_constant_s8.KERNEL,
    mul_s8.KERNEL,
    min_max_s8.KERNEL,
    prelu_s8.KERNEL,
    arg_max_s8.KERNEL,
    squared_difference_s8.KERNEL,
    # Of int16.
    depthwise_conv2d_s16.KERNEL,  # before conv2d, as above
    conv2d_s16.KERNEL,
    fully_connected_s16.KERNEL,
    transpose_conv2d_s16.KERNEL,
    matmul_s16.KERNEL,
    # Of any type.
    constant.KERNEL,  # before concat, whose smallest case it is
    concat.KERNEL,
    pad.KERNEL,
    strided_copy.KERNEL,
    gather.KERNEL,
    # Late, for it takes whatever has one input.
    table_s8.KERNEL,
    min_max_constant_s8.KERNEL,  # a single bound is a table
    quantize_f32_s8.KERNEL,
    dequantize_s8_f32.KERNEL,
    # Float, where a model is not quantised.
    depthwise_conv2d_f32.KERNEL,  # before conv2d, as above
    conv2d_f32.KERNEL,
    fully_connected_f32.KERNEL,
    avg_pool2d_f32.KERNEL,
    max_pool2d_f32.KERNEL,
    mean_f32.KERNEL,
    softmax_f32.KERNEL,
    arithmetic_constant_f32.KERNEL,
    arithmetic_f32.KERNEL,
    unary_f32.KERNEL,  # the others take a ReLU after them along
]

# Kernels that call CMSIS-NN, each made for the copy of it and the core at hand.
CMSIS_NN: list[Callable[[cmsis.Context], Kernel]] = [
    cmsis_depthwise_conv2d_s8.kernel,  # before conv2d
    cmsis_conv2d_s8.kernel,
    cmsis_fully_connected_s8.kernel,  # before the one for many scales
    cmsis_fully_connected_channels_s8.kernel,
    cmsis_avg_pool2d_s8.kernel,
    cmsis_max_pool2d_s8.kernel,
    cmsis_softmax_s8.kernel,
    cmsis_add_s8.kernel,
    cmsis_mul_s8.kernel,
    cmsis_min_max_s8.kernel,
    cmsis_transpose_conv2d_upscaled_s8.kernel,  # before the one for few channels
    cmsis_transpose_conv2d_s8.kernel,
    cmsis_matmul_s8.kernel,
    cmsis_concat_s8.kernel,
    cmsis_pad_s8.kernel,
    cmsis_transpose_s8.kernel,
]
