"""TFLite operators on images, and products. Each function grows a graph by one of them."""

from typing import Any

import numpy as np

from tests.fuzz.choices import Rejected
from tests.fuzz.tflite_graph import Growth

SAME, VALID = 0, 1


def windows(size: int, kernel: int, stride: int, dilation: int, padding: int) -> int:
    """How many windows fit along an axis."""
    extent = (kernel - 1) * dilation + 1
    if padding == SAME:
        return -(-size // stride)
    if size < extent:
        raise Rejected
    return (size - extent) // stride + 1


def conv(growth: Growth) -> None:
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    form = growth.one_of(["plain", "plain", "depthwise", "depthwise", "grouped", "pointwise"])
    kernel = [1 if form == "pointwise" else growth.one_of([1, 2, 3, 3, 5]) for _ in range(2)]
    strides = [growth.one_of([1, 1, 2, 3]) for _ in range(2)]
    dilated = growth.chance(0.25)
    dilations = [growth.one_of([1, 1, 2, 3]) if dilated else 1 for _ in range(2)]
    padding = growth.one_of([SAME, VALID])
    steps = zip((height, width), kernel, strides, dilations, strict=True)
    space = [windows(*step, padding) for step in steps]
    values: dict[str, Any] = {
        "padding": padding,
        "stride_h": strides[0],
        "stride_w": strides[1],
        "dilation_h_factor": dilations[0],
        "dilation_w_factor": dilations[1],
        "fused_activation_function": growth.activation_function(),
    }
    if form == "depthwise":
        values["depth_multiplier"] = growth.one_of([1, 1, 1, 2, 3])
        made = channels * values["depth_multiplier"]
        weights = growth.weights((1, *kernel, made), 3, kernel[0] * kernel[1])
        code, options = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
    else:
        groups, made = 1, growth.one_of([1, 2, 3, 4, 6, 8, 16])
        if form == "grouped":
            groups = growth.one_of(d for d in range(2, channels + 1) if channels % d == 0)
            made = groups * growth.one_of([1, 2, 3])
        depth = channels // groups
        weights = growth.weights((made, *kernel, depth), 0, kernel[0] * kernel[1] * depth)
        code, options = "CONV_2D", "Conv2DOptions"
    scale = growth.scale(growth.reach(x))
    bias = growth.bias(x, weights, made, wide=form == "depthwise")
    y = growth.new("conv", (batch, *space, made), scale)
    growth.add(code, [x, weights, bias], [y], options, 3, **values)


def dilated_by_batches(growth: Growth) -> None:
    """As converters write dilation: space to batch, convolution, batch to space.

    Without padding, whose value TFLite Micro leaves undefined.
    """
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    rate, kernel = growth.between(2, 3), growth.one_of([2, 3])
    blocks = [size // rate for size in (height, width)]
    if height % rate or width % rate or min(blocks) < kernel:
        raise Rejected
    batches = batch * rate * rate
    spread = growth.like(x, "spread", (batches, *blocks, channels))
    block, nothing = growth.constant([rate, rate]), growth.constant([[0, 0], [0, 0]])
    inputs = [x, block, nothing]
    growth.add("SPACE_TO_BATCH_ND", inputs, [spread], "SpaceToBatchNDOptions")
    made = growth.one_of([1, 2, 4])
    weights = growth.weights((made, kernel, kernel, channels), 0, kernel * kernel * channels)
    inner = [size - kernel + 1 for size in blocks]
    y = growth.new("conv", (batches, *inner, made), growth.scale(growth.reach(x)))
    bias = growth.bias(x, weights, made)
    growth.add("CONV_2D", [spread, weights, bias], [y], "Conv2DOptions", 3, padding=VALID,
               stride_h=1, stride_w=1, dilation_h_factor=1, dilation_w_factor=1)  # fmt: skip
    z = growth.like(y, "whole", (batch, *(size * rate for size in inner), made))
    inputs = [y, block, nothing]
    growth.add("BATCH_TO_SPACE_ND", inputs, [z], "BatchToSpaceNDOptions")


def transpose_conv(growth: Growth) -> None:
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    kernel = [growth.one_of([1, 2, 3, 4, 5]) for _ in range(2)]
    strides = [growth.one_of([1, 2, 2, 3]) for _ in range(2)]
    padding = growth.one_of([SAME, VALID])
    steps = zip((height, width), kernel, strides, strict=True)
    space = [n * s if padding == SAME else (n - 1) * s + k for n, k, s in steps]
    if growth.chance(0.15):
        space[0] += (1 if padding == VALID else -1) * growth.between(0, strides[0] - 1)
    made = growth.one_of([1, 2, 3, 4, 8])
    depth = kernel[0] * kernel[1] * channels // 2 + 1
    weights = growth.weights((made, *kernel, channels), 0, depth)
    if growth[weights].dtype == "int4":
        raise Rejected
    bias = growth.bias(x, weights, made, wide=True)
    y = growth.new("up", (batch, *space, made), growth.scale(growth.reach(x)))
    inputs = [growth.constant([batch, *space, made]), weights, x, bias]
    if not bias and growth.chance(0.7):
        inputs.pop()
    growth.add("TRANSPOSE_CONV", inputs, [y], "TransposeConvOptions", 3, padding=padding,
               stride_h=strides[0], stride_w=strides[1],
               fused_activation_function=growth.one_of([0, 0, 0, 1, 3]))  # fmt: skip


def fully_connected(growth: Growth) -> None:
    x = growth.activation(fits=lambda t: bool(t.shape))
    shape = growth.shape(x)
    total, depth = int(np.prod(shape)), shape[-1]
    keep = growth.chance(0.3)
    if not keep and len(shape) > 1 and growth.chance(0.5) and total <= 400:
        depth = total  # flattens its input
    made = growth.between(1, 20)
    weights = growth.weights((made, depth), 0, depth, per_channel=0.4)
    if growth.chance(0.06) and growth[weights].dtype == "int8":
        values = growth[weights].data
        scale, point = growth[weights].scales[:1], growth.between(-128, 127)
        weights = growth.constant(values, np.int8, scale=scale, zero_point=point)
    scale = growth.scale(growth.reach(x))
    bias = growth.bias(x, weights, made)
    y = growth.new("fc", (*shape[:-1], made) if keep else (total // depth, made), scale)
    inputs = [x, weights, bias]
    if not bias and growth.chance(0.5):
        inputs.pop()
    growth.add("FULLY_CONNECTED", inputs, [y], "FullyConnectedOptions", 10, keep_num_dims=keep,
               fused_activation_function=growth.activation_function())  # fmt: skip


def pool(growth: Growth) -> None:
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    kernel = [growth.between(1, 4), growth.between(1, 4)]
    strides = [growth.between(1, 3), growth.between(1, 3)]
    if growth.chance(0.2):
        kernel, strides = [height, width], [1, 1]
    padding = growth.one_of([SAME, VALID])
    steps = zip((height, width), kernel, strides, strict=True)
    space = [windows(n, k, s, 1, padding) for n, k, s in steps]
    y = growth.like(x, "pool", (batch, *space, channels))
    code = growth.one_of(["AVERAGE_POOL_2D", "MAX_POOL_2D"])
    growth.add(code, [x], [y], "Pool2DOptions", 2, padding=padding,
               stride_h=strides[0], stride_w=strides[1],
               filter_height=kernel[0], filter_width=kernel[1],
               fused_activation_function=growth.activation_function())  # fmt: skip


def resize(growth: Growth) -> None:
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    space = [height * 2, width * 2]
    if growth.chance(0.6):
        space = [growth.between(1, 14), growth.between(1, 14)]
    code = growth.one_of(["RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"])
    options = "".join(word.title() for word in code.split("_")) + "Options"
    y = growth.like(x, "resized", (batch, *space, channels))
    corners, centers = growth.one_of([(False, False), (True, False), (False, True)])
    growth.add(code, [x, growth.constant(space)], [y], options, 3,
               align_corners=corners, half_pixel_centers=centers)  # fmt: skip


def matmul(growth: Growth) -> None:
    x = growth.activation((2, 3, 4), lambda t: int(np.prod(t.shape)) < 800)
    shape = growth.shape(x)
    adj_x, adj_y = growth.chance(0.2), growth.chance(0.3)
    rows, depth = (shape[-1], shape[-2]) if adj_x else (shape[-2], shape[-1])
    if growth.chance(0.4):
        columns = growth.between(1, 12)
        matrix = (columns, depth) if adj_y else (depth, columns)
        reach = np.sqrt(3 / depth)
        y = growth.random_constant((*shape[:-2], *matrix), reach=reach)
        if growth.dtype == "int16" or growth.chance(0.9):
            data = growth[y].data
            scale = growth[y].scales
            y = growth.constant(data, growth.dtype, scale=scale)
    else:
        axis = -1 if adj_y else -2
        y = growth.activation(
            (len(shape),),
            lambda t: (
                t.shape[:-2] == shape[:-2]
                and t.shape[axis] == depth
                and int(np.prod(t.shape)) < 800
            ),
        )
        columns = growth.shape(y)[-2 if adj_y else -1]
    reach = growth.reach(x) * growth.reach(y) * np.sqrt(depth) * 0.3
    z = growth.new("product", (*shape[:-2], rows, columns), growth.scale(reach))
    growth.add("BATCH_MATMUL", [x, y], [z], "BatchMatMulOptions", 4, adj_x=adj_x, adj_y=adj_y)


OPERATORS = {
    conv: 16,
    dilated_by_batches: 1,
    transpose_conv: 3,
    fully_connected: 8,
    pool: 6,
    resize: 4,
    matmul: 3,
}
