"""ONNX operators that move values become plain Relax operators."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.frontend.onnx_model import (
    assert_same_numbers,
    case,
    i64,
    imported,
    one_node,
    operators,
)

IMAGE = (1, 4, 9, 10)  # (N, C, H, W)
SIGNAL = (1, 4, 17)  # (N, C, W)


def scalar(number: float) -> np.ndarray:
    return np.array(number, np.float32)


MOVEMENTS = [
    case("reshape", "Reshape", [IMAGE], "reshape", constants={"s": i64(0, -1, 5)}),
    case("flatten", "Flatten", [IMAGE], "reshape"),
    case("flatten_axis", "Flatten", [IMAGE], "reshape", axis=-1),
    case("squeeze", "Squeeze", [(1, 4, 1, 1)], "reshape", constants={"a": i64(2, -1)}),
    case("squeeze_all", "Squeeze", [(1, 4, 1, 1)], "reshape"),
    case("squeeze_11", "Squeeze", [(1, 4, 1, 1)], "reshape", axes=[2], opset=11),
    case("unsqueeze", "Unsqueeze", [SIGNAL], "reshape", constants={"a": i64(-1, 1)}),
    case("transpose", "Transpose", [IMAGE], "permute_dims", perm=[0, 2, 3, 1]),
    case(
        "slice",
        "Slice",
        [IMAGE],
        "strided_slice",
        constants={"s": i64(1, -8), "e": i64(100, -1), "a": i64(1, -1), "t": i64(1, 2)},
    ),
    case(
        "slice_back",
        "Slice",
        [IMAGE],
        "strided_slice",
        constants={"s": i64(-1), "e": i64(-1000), "a": i64(2), "t": i64(-2)},
    ),
    case("slice_9", "Slice", [IMAGE], "strided_slice", axes=[2], starts=[1], ends=[-1], opset=9),
    case("split", "Split", [IMAGE], "split", constants={"s": i64(1, 3)}, outputs=2, axis=1),
    case("split_even", "Split", [IMAGE], "split", outputs=3, axis=2),
    case("split_18", "Split", [IMAGE], "split", outputs=3, axis=3, num_outputs=3, opset=18),
    case("split_11", "Split", [IMAGE], "split", outputs=2, axis=3, split=[4, 6], opset=11),
    case("concat", "Concat", [IMAGE, (1, 2, 9, 10)], "concat", axis=1),
    case(
        "gather_scalar",
        "Gather",
        [IMAGE],
        "strided_slice reshape",
        constants={"i": np.array(-2)},
        axis=2,
    ),
    case("gather_range", "Gather", [IMAGE], "strided_slice", constants={"i": i64(1, 3, 5)}, axis=2),
    case("gather_any", "Gather", [IMAGE], "take", constants={"i": i64(3, 0, -1)}, axis=1),
    case(
        "pad",
        "Pad",
        [IMAGE],
        "nn.pad",
        constants={"p": i64(0, 0, 1, 2, 0, 0, 3, 4), "v": scalar(1.5)},
    ),
    case(
        "pad_reflect",
        "Pad",
        [IMAGE],
        "nn.pad",
        constants={"p": i64(0, 0, 1, 2, 0, 0, 3, 4)},
        mode="reflect",
    ),
    case(
        "pad_edge",
        "Pad",
        [IMAGE],
        "nn.pad",
        constants={"p": i64(0, 0, 1, 2, 0, 0, 3, 4)},
        mode="edge",
    ),
    case("pad_2", "Pad", [IMAGE], "nn.pad", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.5, opset=2),
    case(
        "pad_axes",
        "Pad",
        [IMAGE],
        "nn.pad",
        constants={"p": i64(1, 2), "v": scalar(0), "a": i64(-1)},
        opset=18,
    ),
    case("expand", "Expand", [(1, 4, 1, 1)], "broadcast_to", constants={"s": i64(4, 9, 10)}),
    case("tile", "Tile", [SIGNAL], "tile", constants={"r": i64(1, 2, 3)}),
    case("depth_to_space", "DepthToSpace", [IMAGE], "reshape permute_dims reshape", blocksize=2),
    case(
        "depth_to_space_crd",
        "DepthToSpace",
        [IMAGE],
        "reshape permute_dims reshape",
        blocksize=2,
        mode="CRD",
    ),
    case(
        "space_to_depth",
        "SpaceToDepth",
        [(1, 2, 4, 6)],
        "reshape permute_dims reshape",
        blocksize=2,
    ),
    *(
        case(
            f"resize_nearest_{coordinates}_{rounding}",
            "Resize",
            [IMAGE],
            "image.resize2d",
            constants={"": None, "s": np.array([1, 1, 2, 3], np.float32)},
            coordinate_transformation_mode=coordinates,
            nearest_mode=rounding,
        )
        for coordinates in ("asymmetric", "half_pixel", "align_corners")
        for rounding in ("floor", "round_prefer_floor")
    ),
    *(
        case(
            f"resize_linear_{coordinates}",
            "Resize",
            [IMAGE],
            "image.resize2d",
            mode="linear",
            constants={"": None, " ": None, "n": i64(1, 4, 5, 21)},
            coordinate_transformation_mode=coordinates,
        )
        for coordinates in ("asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel")
    ),
    case(
        "resize_10",
        "Resize",
        [IMAGE],
        "image.resize2d",
        constants={"s": np.array([1, 1, 2, 2], np.float32)},
        mode="linear",
        opset=10,
    ),
    case("upsample_7", "Upsample", [IMAGE], "image.resize2d", scales=[1.0, 1.0, 3.0, 2.0], opset=7),
    case(
        "upsample_9",
        "Upsample",
        [IMAGE],
        "image.resize2d",
        mode="linear",
        opset=9,
        constants={"s": np.array([1, 1, 3, 2], np.float32)},
    ),
]


@pytest.mark.parametrize(("built", "expected"), MOVEMENTS)
def test_movements_become_plain_relax_with_the_same_numbers(
    built: onnx.ModelProto, expected: list[str], tmp_path: Path
) -> None:
    source = imported(built, tmp_path)
    assert operators(source) == expected
    assert_same_numbers(built, source)


def test_a_scalar_has_nothing_to_pad(tmp_path: Path) -> None:
    assert operators(imported(one_node("Pad", [()], {"p": i64()}), tmp_path)) == []
