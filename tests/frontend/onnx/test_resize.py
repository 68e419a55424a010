"""Every form of Resize against ONNX Runtime: as an image, and axis by axis."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.frontend.onnx_model import assert_same_numbers, i64, imported, one_node, operators
from tinycompile.errors import UnsupportedOperator

IMAGE = (1, 2, 6, 5)


def resize(shape: tuple[int, ...], size: Any, roi: Any = None, **attributes: Any) -> Any:
    sizes = isinstance(size, np.ndarray) and size.dtype == np.int64
    crop = {"r": np.array(roi, np.float32)} if roi is not None else {"": None}
    given = {"no_scales": np.zeros(0, np.float32), "n": size} if sizes else {"s": size}
    built = one_node("Resize", [shape], crop | given, opset=19, **attributes)
    if sizes:
        built.graph.node[0].input[2] = ""
        del built.graph.initializer[int(roi is not None)]
    return built


def scales(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


COORDINATES = (
    "half_pixel",
    "asymmetric",
    "pytorch_half_pixel",
    "half_pixel_symmetric",
)


@pytest.mark.parametrize(
    ("mode", "coordinates"), product(("nearest", "linear", "cubic"), COORDINATES)
)
def test_any_scale(mode: str, coordinates: str, tmp_path: Path) -> None:
    built = resize(
        IMAGE, scales(1, 1, 1.3, 0.6), mode=mode, coordinate_transformation_mode=coordinates
    )
    assert_same_numbers(built, imported(built, tmp_path))


FORMS = {
    "sequence": resize((1, 3, 8), scales(1, 1, 2), mode="linear"),
    "corners of a sequence": resize((1, 3, 8), i64(5), axes=[2], mode="linear",
                                    coordinate_transformation_mode="align_corners"),
    "channels": resize(IMAGE, scales(1, 1.5, 1, 1), mode="linear"),
    "not larger": resize(IMAGE, i64(9, 8), axes=[2, 3], keep_aspect_ratio_policy="not_larger",
                         mode="linear"),
    "not smaller": resize(IMAGE, i64(9, 8), axes=[3, 2], keep_aspect_ratio_policy="not_smaller",
                          mode="nearest"),
    "antialias": resize(IMAGE, scales(1, 1, 0.6, 0.7), mode="linear", antialias=1),
    "cubic antialias": resize(IMAGE, scales(1, 1, 0.6, 0.7), mode="cubic", antialias=1),
    "without what is outside": resize(IMAGE, scales(1, 1, 1.3, 0.8), mode="cubic", exclude_outside=1),
    "crop": resize(IMAGE, i64(1, 2, 4, 3), [0, 0, 0.2, -0.3, 1, 1, 0.8, 1.2], mode="linear",
                   coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=7.0),
    "volume": resize((1, 2, 3, 4, 5), scales(1, 1, 2, 2, 2), mode="nearest"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form(name: str, tmp_path: Path) -> None:
    assert_same_numbers(FORMS[name], imported(FORMS[name], tmp_path))


def test_a_scale_that_runtimes_understand_differently_is_refused(tmp_path: Path) -> None:
    built = resize(IMAGE, scales(1, 1, 1.3, 1), coordinate_transformation_mode="align_corners")
    with pytest.raises(
        UnsupportedOperator, match='Resize "node": scale 1.3 of 6 with align_corners'
    ):
        imported(built, tmp_path)


def test_an_image_stays_one_operator(tmp_path: Path) -> None:
    built = resize(IMAGE, i64(12, 15), axes=[2, 3], mode="linear")
    assert operators(imported(built, tmp_path)) == ["image.resize2d"]
