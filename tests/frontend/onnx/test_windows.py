"""Convolutions and pools become one Relax operator each, with explicit padding."""

from pathlib import Path

import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    assert_same_numbers,
    case,
    f32,
    imported,
    model,
    operators,
    value,
)

IMAGE = (1, 4, 9, 10)  # (N, C, H, W)
SIGNAL = (1, 4, 17)  # (N, C, W)

WINDOWS = [
    case("conv", "Conv", [IMAGE], "nn.conv2d add", constants={"w": f32(6, 4, 3, 3), "b": f32(6)}),
    case(
        "conv_no_bias",
        "Conv",
        [IMAGE],
        "nn.conv2d",
        constants={"w": f32(6, 4, 3, 3)},
        strides=[2, 1],
    ),
    case(
        "conv_pads",
        "Conv",
        [IMAGE],
        "nn.conv2d",
        constants={"w": f32(6, 4, 3, 3)},
        pads=[0, 1, 2, 3],
    ),
    case(
        "conv_dilated",
        "Conv",
        [IMAGE],
        "nn.conv2d",
        constants={"w": f32(6, 4, 3, 3)},
        dilations=[2, 3],
    ),
    case("conv_groups", "Conv", [IMAGE], "nn.conv2d", constants={"w": f32(8, 2, 3, 3)}, group=2),
    case("conv_depthwise", "Conv", [IMAGE], "nn.conv2d", constants={"w": f32(8, 1, 3, 3)}, group=4),
    *(
        case(
            f"conv_{mode}",
            "Conv",
            [IMAGE],
            "nn.conv2d",
            constants={"w": f32(2, 4, 4, 3)},
            auto_pad=mode,
            strides=[2, 2],
        )
        for mode in ("SAME_UPPER", "SAME_LOWER", "VALID")
    ),
    case(
        "conv1d",
        "Conv",
        [SIGNAL],
        "nn.conv1d add",
        constants={"w": f32(6, 4, 3), "b": f32(6)},
        pads=[1, 2],
    ),
    case(
        "conv_transpose",
        "ConvTranspose",
        [IMAGE],
        "nn.conv2d_transpose add",
        constants={"w": f32(4, 3, 3, 3), "b": f32(3)},
        strides=[2, 2],
        pads=[1, 1, 0, 1],
    ),
    case(
        "conv_transpose_shape",
        "ConvTranspose",
        [IMAGE],
        "nn.conv2d_transpose",
        constants={"w": f32(4, 3, 3, 3)},
        strides=[2, 2],
        output_shape=[18, 20],
    ),
    case(
        "conv_transpose_same",
        "ConvTranspose",
        [IMAGE],
        "nn.conv2d_transpose",
        constants={"w": f32(4, 3, 3, 3)},
        strides=[2, 2],
        auto_pad="SAME_UPPER",
    ),
    case(
        "conv_transpose_extra",
        "ConvTranspose",
        [IMAGE],
        "nn.conv2d_transpose",
        constants={"w": f32(4, 3, 3, 3)},
        strides=[2, 2],
        output_padding=[1, 0],
    ),
    case("max_pool", "MaxPool", [IMAGE], "nn.max_pool2d", kernel_shape=[2, 3], strides=[2, 2]),
    case(
        "max_pool_pads", "MaxPool", [IMAGE], "nn.max_pool2d", kernel_shape=[3, 3], pads=[1, 0, 1, 1]
    ),
    case(
        "max_pool_ceil",
        "MaxPool",
        [IMAGE],
        "nn.max_pool2d",
        kernel_shape=[2, 3],
        strides=[2, 2],
        ceil_mode=1,
    ),
    case(
        "max_pool_ceil_dropped",
        "MaxPool",
        [IMAGE],
        "nn.max_pool2d",
        kernel_shape=[2, 2],
        strides=[3, 3],
        pads=[0, 0, 1, 1],
        ceil_mode=1,
    ),
    case(
        "max_pool_same",
        "MaxPool",
        [IMAGE],
        "nn.max_pool2d",
        kernel_shape=[3, 3],
        strides=[2, 2],
        auto_pad="SAME_UPPER",
    ),
    case("max_pool1d", "MaxPool", [SIGNAL], "nn.max_pool1d", kernel_shape=[3], strides=[2]),
    case(
        "average_pool", "AveragePool", [IMAGE], "nn.avg_pool2d", kernel_shape=[2, 3], strides=[2, 2]
    ),
    case(
        "average_pool_pads",
        "AveragePool",
        [IMAGE],
        "nn.avg_pool2d",
        kernel_shape=[3, 3],
        pads=[1, 1, 1, 1],
    ),
    case(
        "average_pool_counted",
        "AveragePool",
        [IMAGE],
        "nn.avg_pool2d",
        kernel_shape=[3, 3],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
    ),
    case(
        "average_pool_ceil",
        "AveragePool",
        [IMAGE],
        "nn.avg_pool2d",
        kernel_shape=[2, 3],
        strides=[2, 2],
        ceil_mode=1,
    ),
    case(
        "average_pool_ceil_counted",
        "AveragePool",
        [IMAGE],
        "nn.pad nn.avg_pool2d",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 0, 1, 0],
        ceil_mode=1,
        count_include_pad=1,
    ),
    *(
        case(
            f"conv_transpose_{mode}_{kernel}_{extra}",
            "ConvTranspose",
            [SIGNAL],
            "nn.conv1d_transpose",
            constants={"w": f32(4, 2, kernel)},
            auto_pad=mode,
            strides=[3],
            output_padding=[extra],
        )
        for mode in ("SAME_UPPER", "SAME_LOWER")
        for kernel, extra in ((2, 0), (2, 1), (4, 2))
    ),
    case(
        "max_pool_ceil_valid",
        "MaxPool",
        [IMAGE],
        "nn.max_pool2d",
        kernel_shape=[2, 3],
        strides=[3, 2],
        auto_pad="VALID",
        ceil_mode=1,
    ),
    case(
        "max_pool_same_dilated",
        "MaxPool",
        [IMAGE],
        "nn.max_pool2d",
        kernel_shape=[3, 3],
        strides=[2, 2],
        dilations=[2, 1],
        auto_pad="SAME_LOWER",
        ceil_mode=1,
    ),
    case(
        "average_pool_same",
        "AveragePool",
        [IMAGE],
        "nn.avg_pool2d",
        kernel_shape=[3, 3],
        strides=[2, 2],
        auto_pad="SAME_LOWER",
    ),
    case("average_pool1d", "AveragePool", [SIGNAL], "nn.avg_pool1d", kernel_shape=[3], strides=[2]),
    case("global_average_pool", "GlobalAveragePool", [IMAGE], "mean"),
    case("global_max_pool", "GlobalMaxPool", [IMAGE], "max"),
]


@pytest.mark.parametrize(("built", "expected"), WINDOWS)
def test_windows_become_plain_relax_with_the_same_numbers(
    built: onnx.ModelProto, expected: list[str], tmp_path: Path
) -> None:
    source = imported(built, tmp_path)
    assert operators(source) == expected
    assert_same_numbers(built, source)


def test_a_window_that_would_begin_in_the_padding_counts_nowhere(tmp_path: Path) -> None:
    """ONNX's inference counts it; ONNX Runtime, and the shapes of what follows, do not."""
    nodes = [
        helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[1, 4], strides=[3, 2], pads=[0, 2, 0, 2],
                         ceil_mode=1),
        helper.make_node("Relu", ["p"], ["y"]),
    ]  # fmt: skip
    built = model(nodes, [value("x", (1, 2, 6, 11))], [value("y", None)], opset=21)
    source = imported(built, tmp_path)
    assert source.shapes["p"] == source.shapes["y"] == (1, 2, 2, 7)
    assert_same_numbers(built, source)
