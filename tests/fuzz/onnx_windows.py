"""Operators on images: convolutions, pools, resizes. Each function grows a graph by one of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.fuzz.choices import Rejected
from tests.fuzz.onnx_graph import F32, Growth


def window(growth: Growth, kernel: list[int], dilations: Sequence[int]) -> dict[str, Any]:
    """Attributes of a window: strides and padding."""
    count = len(kernel)
    reach = [(k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
    attributes: dict[str, Any] = {"kernel_shape": kernel}
    strides = [growth.one_of([1, 1, 1, 2, 3]) for _ in range(count)]
    if max(strides) > 1 or growth.chance(0.9):
        attributes["strides"] = strides
    if max(dilations) > 1:
        attributes["dilations"] = list(dilations)
    mode = growth.one_of(["", "", "", "SAME_UPPER", "SAME_LOWER", "VALID"])
    if mode and not (max(dilations) > 1 and mode != "VALID"):
        attributes["auto_pad"] = mode
    elif not mode and growth.chance(0.7):
        if growth.chance(0.6):
            pads = [growth.between(0, reach[axis % count]) for axis in range(2 * count)]
        else:
            pads = [k // 2 for k in kernel] * 2
        attributes["pads"] = pads
    return attributes


def conv(growth: Growth) -> None:
    x = growth.tensor((3, 4))
    channels, count = growth.shape(x)[1], len(growth.shape(x)) - 2
    form = growth.one_of(["plain", "plain", "depthwise", "grouped", "pointwise"])
    kernel = [1 if form == "pointwise" else growth.one_of([1, 2, 3, 3, 5]) for _ in range(count)]
    groups, made = 1, growth.one_of([1, 2, 3, 4, 6, 8, 12, 16])
    if form == "depthwise":
        groups, made = channels, channels * growth.one_of([1, 1, 1, 2, 3])
    elif form == "grouped":
        groups = growth.one_of(d for d in range(2, channels) if channels % d == 0)
        made = groups * growth.one_of([1, 2, 3])
    dilations = [growth.one_of([1, 1, 1, 1, 2, 3]) for _ in range(count)]
    attributes = window(growth, kernel, dilations)
    if groups > 1:
        attributes["group"] = groups
    weights = growth.weights((made, channels // groups, *kernel))
    inputs, roles = [x, growth.constant(weights, "w")], {1: "weights"}
    add_bias(growth, 0.8, inputs, roles, made)
    growth.add("Conv", inputs, attributes, roles)


def add_bias(
    growth: Growth, chance: float, inputs: list[str], roles: dict[int, str], channels: int
) -> None:
    if growth.chance(chance):
        inputs.append(growth.normal(0.5, channels))
        roles[2] = "bias"


def conv_transpose(growth: Growth) -> None:
    x = growth.tensor((3, 4))
    channels, *space = growth.shape(x)[1:]
    kernel = [growth.one_of([1, 2, 3, 4, 5]) for _ in space]
    strides = [growth.one_of([1, 2, 2, 3]) for _ in space]
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": strides}
    how = growth.one_of(["none", "pads", "pads", "auto", "output_shape", "output_padding"])
    if how == "pads":
        ends = [*kernel, *kernel]
        attributes["pads"] = [growth.between(0, max(0, k - 1)) for k in ends]
    elif how == "auto":
        attributes["auto_pad"] = growth.one_of(["SAME_UPPER", "SAME_LOWER", "VALID"])
    elif how == "output_shape":
        attributes["output_shape"] = [d * s for d, s in zip(space, strides, strict=True)]
    elif how == "output_padding":
        attributes["output_padding"] = [growth.between(0, s - 1) for s in strides]
    if growth.chance(0.1):
        attributes["dilations"] = [growth.one_of([1, 2]) for _ in space]
    groups = channels if growth.chance(0.1) else 1
    if groups > 1:
        attributes["group"] = groups
    made = growth.one_of([1, 2, 3, 4, 8])
    deviation = 1 / np.sqrt(channels * np.prod(kernel) / 2)
    weights = growth.weights((channels, made, *kernel), deviation)
    inputs, roles = [x, growth.constant(weights, "w")], {1: "transposed weights"}
    add_bias(growth, 0.7, inputs, roles, made * groups)
    growth.add("ConvTranspose", inputs, attributes, roles)


def pool(growth: Growth) -> None:
    x = growth.tensor((3, 4))
    kernel = [growth.one_of([1, 2, 2, 3, 4]) for _ in growth.shape(x)[2:]]
    average = growth.chance(0.5)
    dilations = [1 if average or growth.chance(0.9) else growth.one_of([1, 2]) for _ in kernel]
    attributes = window(growth, kernel, dilations)
    if growth.chance(0.3) and "auto_pad" not in attributes:
        attributes["ceil_mode"] = 1
    if average and growth.chance(0.4):
        attributes["count_include_pad"] = 1
    growth.add("AveragePool" if average else "MaxPool", [x], attributes)


def global_pool(growth: Growth) -> None:
    operator = growth.one_of(["GlobalAveragePool", "GlobalAveragePool", "GlobalMaxPool"])
    growth.add(operator, [growth.tensor((3, 4))])


def resize(growth: Growth) -> None:
    x = growth.tensor((4,) if growth.chance(0.9) else (3, 4))
    shape = growth.shape(x)
    mode = growth.one_of(["nearest", "nearest", "linear", "linear", "linear", "cubic"])
    attributes = {"mode": mode}
    if growth.chance(0.8):
        attributes["coordinate_transformation_mode"] = growth.one_of(
            ["asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel"]
        )
    if mode == "nearest" and growth.chance(0.7):
        attributes["nearest_mode"] = growth.one_of(
            ["floor", "round_prefer_floor", "ceil", "round_prefer_ceil"]
        )
    if growth.chance(0.5):
        scales = [1, 1, *(growth.one_of([1, 2, 2, 3, 0.5]) for _ in shape[2:])]
        inputs = [x, "", growth.constant(np.array(scales, F32), "p")]
    else:
        sizes = [*shape[:2], *(growth.between(1, 14) for _ in shape[2:])]
        inputs = [x, "", "", growth.integers(sizes)]
    growth.add("Resize", inputs, attributes)


def depth_to_space(growth: Growth) -> None:
    x = growth.tensor((4,))
    _, channels, height, width = growth.shape(x)
    if growth.chance(0.6):
        if channels % 4:
            raise Rejected
        mode = growth.one_of(["DCR", "CRD"])
        growth.add("DepthToSpace", [x], {"blocksize": 2, "mode": mode})
    elif height % 2 or width % 2:
        raise Rejected
    else:
        growth.add("SpaceToDepth", [x], {"blocksize": 2})


QUANTISED = {conv: 14, conv_transpose: 3, pool: 6, global_pool: 2, resize: 3, depth_to_space: 2}
FLOAT = QUANTISED | {conv: 8}
