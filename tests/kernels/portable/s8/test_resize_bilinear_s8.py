from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.resize_bilinear_s8 import COORDINATES, KERNEL

SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))


def resize(
    x: relax.Expr,
    size: tuple[int, int] = (5, 6),
    coordinates: str = "half_pixel",
    scale: float = 0.05,
    **attributes: Any,
) -> Any:
    attributes = {"layout": "NHWC", "method": "linear", "rounding_method": "", **attributes}
    attributes["coordinate_transformation_mode"] = coordinates
    return quantized(relax.op.image.resize2d(real(x), size, **attributes), scale, 3)


@given(
    source=SIZES,
    target=SIZES,
    channels=st.integers(1, 3),
    coordinates=st.sampled_from(COORDINATES),
    rounding=st.sampled_from(["", "tflite"]),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference(
    run: Run,
    source: tuple[int, int],
    target: tuple[int, int],
    channels: int,
    coordinates: str,
    rounding: str,
    seed: int,
) -> None:
    match = matched(
        KERNEL,
        lambda x: resize(x, target, coordinates, rounding_method=rounding),
        x=(1, *source, channels),
    )
    params = KERNEL.lower(match).params
    x = cases.int8(seed, *source, channels)
    output = np.empty((*target, channels), np.int8)
    np.testing.assert_array_equal(run(KERNEL, params, [x], output), KERNEL.reference(params, x))


def positions(source: int, target: int, coordinates: str) -> Any:
    i = np.arange(target)
    if coordinates == "asymmetric":
        at = i * source / target
    elif coordinates == "align_corners":
        at = i * (source - 1) / (target - 1)
    else:
        at = (i + 0.5) * source / target - 0.5
    return np.clip(at, 0, source - 1)


@pytest.mark.parametrize("coordinates", COORDINATES)
@pytest.mark.parametrize("target", [(97, 5), (3, 64), (14, 18), (200, 131)])
def test_it_is_within_one_step_of_float(coordinates: str, target: tuple[int, int]) -> None:
    x = cases.int8(0, 7, 9, 4)
    match = matched(KERNEL, lambda x: resize(x, target, coordinates), x=(1, 7, 9, 4))
    expected = x.astype(float)
    for axis in (0, 1):
        at = positions(x.shape[axis], target[axis], coordinates)
        low = np.minimum(at.astype(int), x.shape[axis] - 2)
        part = (at - low).reshape(-1, *[1] * (2 - axis))
        below, above = np.take(expected, low, axis), np.take(expected, low + 1, axis)
        expected = below * (1 - part) + above * part
    found = KERNEL.reference(KERNEL.lower(match).params, x)
    assert np.abs(found - np.rint(expected)).max() <= 1


def test_other_layouts_are_refused() -> None:
    found = refusal(KERNEL, lambda x: resize(x, layout="NCHW"), x=(1, 4, 4, 4))
    assert found.endswith("The input is NHWC (it is NCHW)")


@pytest.mark.parametrize(
    "attributes", [{"method": "cubic"}, {"coordinates": "tf_half_pixel_for_nn"}]
)
def test_other_methods_are_refused(attributes: Any) -> None:
    found = refusal(KERNEL, lambda x: resize(x, **attributes), x=(1, 4, 4, 4))
    assert "The method is linear; coordinates are asymmetric, align_corners" in found


def test_int16_is_refused() -> None:
    found = refusal(KERNEL, resize, dtype="int16", x=(1, 4, 4, 2))
    assert found.endswith("Input and output are int8 (they are int16 and int8)")


def test_another_quantisation_is_refused() -> None:
    found = refusal(KERNEL, lambda x: resize(x, scale=0.06), x=(1, 4, 4, 2))
    assert "Input and output have the same scale and zero point" in found


def test_huge_images_are_refused() -> None:
    found = refusal(KERNEL, resize, x=(1, 20000, 4, 2))
    assert found.endswith("Heights and widths are at most 16383 (one is 20000)")
