from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.resize_nearest import COORDINATES, KERNEL, ROUNDINGS, sources

SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))


def resize(x: relax.Expr, size: tuple[int, int] = (5, 6), **attributes: Any) -> Any:
    defaults = {
        "layout": "NHWC",
        "method": "nearest_neighbor",
        "coordinate_transformation_mode": "asymmetric",
        "rounding_method": "floor",
    }
    return relax.op.image.resize2d(x, size, **{**defaults, **attributes})


@given(
    source=SIZES,
    target=SIZES,
    channels=st.integers(1, 3),
    coordinates=st.sampled_from(COORDINATES),
    rounding=st.sampled_from(sorted(ROUNDINGS)),
    dtype=st.sampled_from(["int8", "int16"]),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference(
    run: Run,
    source: tuple[int, int],
    target: tuple[int, int],
    channels: int,
    coordinates: str,
    rounding: str,
    dtype: str,
    seed: int,
) -> None:
    modes = {"coordinate_transformation_mode": coordinates, "rounding_method": rounding}
    match = matched(KERNEL, lambda x: resize(x, target, **modes), dtype, x=(1, *source, channels))
    params = KERNEL.lower(match).params
    x = e.integers(seed, (*source, channels), dtype)
    output = np.empty((*target, channels), dtype)
    np.testing.assert_array_equal(run(KERNEL, params, [x], output), KERNEL.reference(params, x))


@pytest.mark.parametrize(
    ("source", "target", "coordinates", "rounding", "expected"),
    [
        (3, 6, "asymmetric", "floor", [0, 0, 1, 1, 2, 2]),
        (3, 6, "asymmetric", "ceil", [0, 1, 1, 2, 2, 2]),
        (2, 4, "half_pixel", "round_prefer_floor", [0, 0, 1, 1]),
        (4, 2, "half_pixel", "round_prefer_floor", [0, 2]),
        (4, 2, "half_pixel", "round_prefer_ceil", [1, 3]),
        (4, 2, "tf_half_pixel_for_nn", "floor", [1, 3]),
        (3, 5, "align_corners", "round_prefer_floor", [0, 0, 1, 1, 2]),
        (3, 5, "align_corners", "round_prefer_ceil", [0, 1, 1, 2, 2]),
        (5, 1, "align_corners", "round", [0]),
        (5, 1, "pytorch_half_pixel", "round", [0]),
    ],
)
def test_which_pixels_are_copied(
    source: int, target: int, coordinates: str, rounding: str, expected: list[int]
) -> None:
    assert sources(source, target, coordinates, rounding).tolist() == expected


def test_other_layouts_are_refused() -> None:
    found = refusal(KERNEL, lambda x: resize(x, layout="NCHW"), x=(1, 4, 4, 4))
    assert found.endswith("The input is NHWC (it is NCHW)")


@pytest.mark.parametrize(
    "attributes",
    [
        {"method": "linear"},
        {"rounding_method": "up"},
        {"coordinate_transformation_mode": "tf_crop_and_resize"},
    ],
)
def test_other_methods_are_refused(attributes: Any) -> None:
    found = refusal(KERNEL, lambda x: resize(x, **attributes), x=(1, 4, 4, 4))
    assert "The method is nearest_neighbor, with coordinates and rounding" in found


def test_huge_images_are_refused() -> None:
    found = refusal(KERNEL, resize, x=(1, 40000, 1, 1))
    assert found.endswith("Heights, widths and channels are below 32768 (one is 40000)")
