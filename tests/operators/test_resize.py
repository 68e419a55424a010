"""RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR equal TFLite Micro bit for bit."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model
from tests.operators.test_convolution import data_tensor
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator

KERNELS = {
    "RESIZE_BILINEAR": ("tc_resize_bilinear_s8", "ResizeBilinearOptions", 3),
    "RESIZE_NEAREST_NEIGHBOR": ("tc_resize_nearest", "ResizeNearestNeighborOptions", 3),
}
MODES = [(False, False), (True, False), (False, True)]  # align corners, half pixel centers
# (H, W, C), (new H, new W)
SIZES = [
    ((3, 4, 3), (6, 8)),
    ((3, 4, 3), (7, 5)),
    ((8, 9, 2), (4, 3)),
    ((8, 9, 1), (1, 1)),
    ((1, 1, 5), (3, 4)),
    ((4, 4, 1), (91, 33)),
    ((1, 12, 2), (1, 30)),
    ((40, 3, 1), (11, 7)),
]


def resize(
    code: str,
    shape: tuple[int, int, int],
    size: tuple[int, int],
    modes: tuple[bool, bool],
    bits: int = 8,
) -> bytes:
    _, options, version = KERNELS[code]
    model = Model()
    x = data_tensor(model, "x", (1, *shape), 0.1, 7, bits)
    new_size = model.constant("size", np.array(size, np.int32))
    y = data_tensor(model, "y", (1, *size, shape[2]), 0.1, 7, bits)
    model.operator(
        code, [x, new_size], [y], options, version=version,
        align_corners=modes[0], half_pixel_centers=modes[1],
    )  # fmt: skip
    return model.build([x], [y])


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize(("shape", "size"), SIZES)
@pytest.mark.parametrize("code", KERNELS)
def test_resize(
    code: str,
    shape: tuple[int, int, int],
    size: tuple[int, int],
    modes: tuple[bool, bool],
    run: Run,
) -> None:
    assert_equals_tflite_micro(resize(code, shape, size, modes), [KERNELS[code][0]], run)


@pytest.mark.parametrize("modes", MODES)
def test_int16(modes: tuple[bool, bool], run: Run) -> None:
    data = resize("RESIZE_NEAREST_NEIGHBOR", (3, 4, 3), (7, 5), modes, bits=16)
    assert_equals_tflite_micro(data, ["tc_resize_nearest"], run)


@pytest.mark.parametrize("modes", MODES)
def test_every_size_up_to_64_finds_the_same_pixels(modes: tuple[bool, bool], run: Run) -> None:
    """Nearest neighbours depend on float32 rounding in TFLite."""
    for source, target in [(3, 64), (7, 64), (10, 61), (49, 64), (64, 63), (63, 7), (13, 39)]:
        data = resize("RESIZE_NEAREST_NEIGHBOR", (source, target, 1), (target, source), modes)
        assert_equals_tflite_micro(data, ["tc_resize_nearest"], run, seeds=1)


def test_both_modes_at_once_are_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="align_corners and half_pixel_centers"):
        compile_model(resize("RESIZE_NEAREST_NEIGHBOR", (3, 4, 3), (6, 8), (True, True)))


@pytest.mark.parametrize("code", ["RELU", "RELU6"])
@pytest.mark.parametrize("resize_code", KERNELS)
def test_an_activation_behind_a_resize_is_kept(code: str, resize_code: str, run: Run) -> None:
    kernel, options, version = KERNELS[resize_code]
    model = Model()
    x = data_tensor(model, "x", (1, 5, 3, 2), 0.04, -38, 8)
    size = model.constant("size", np.array([10, 6], np.int32))
    a = data_tensor(model, "a", (1, 10, 6, 2), 0.04, -38, 8)
    model.operator(resize_code, [x, size], [a], options, version=version, align_corners=True)
    y = data_tensor(model, "y", (1, 10, 6, 2), 0.04, -38, 8)
    model.operator(code, [a], [y])
    assert_equals_tflite_micro(model.build([x], [y]), [kernel, "tc_table_s8"], run)
