from typing import Any

import numpy as np
from hypothesis import assume, given
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.avg_pool2d_s8 import KERNEL
from tinycompile.kernels.shared import window


@given(p=cases.pools(), bounds=cases.bounds(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], bounds: Any, seed: int) -> None:
    assume((window.counts(p) > 0).all())
    x = cases.int8(seed, p["input_h"], p["input_w"], p["channels"])
    output = np.empty((p["output_h"], p["output_w"], p["channels"]), np.int8)
    expected = KERNEL.reference(p | bounds, x)
    np.testing.assert_array_equal(run(KERNEL, p | bounds, [x], output), expected)


def test_halves_are_rounded_away_from_zero(run: Run) -> None:
    p = {
        "input_h": 1, "input_w": 2, "output_h": 1, "output_w": 1, "channels": 4,
        "kernel_h": 1, "kernel_w": 2, "stride_h": 1, "stride_w": 1,
        "dilation_h": 1, "dilation_w": 1, "pad_top": 0, "pad_left": 0, "min": -128, "max": 127,
    }  # fmt: skip
    x = np.array([[1, -1, 127, -128], [2, -2, 126, -127]], np.int8)
    assert run(KERNEL, p, [x], np.empty(4, np.int8)).tolist() == [2, -2, 127, -128]


def refused(
    shape: tuple[int, ...] = (1, 4, 4, 2),
    scale: float = 0.05,
    dtype: str = "int8",
    **attributes: Any,
) -> str:
    attributes = {"pool_size": (2, 2), "layout": "NHWC", **attributes}

    def build(x: relax.Expr) -> Any:
        return quantized(relax.op.nn.avg_pool2d(real(x), **attributes), scale, 3)

    return refusal(KERNEL, build, dtype=dtype, x=shape)


def test_an_ordinary_pool_is_taken() -> None:
    assert refused(padding=(1, 1, 1, 1)) == "None"


def test_other_layouts_are_refused() -> None:
    assert refused(layout="NCHW").endswith("Activations are NHWC (the layout is NCHW)")


def test_int16_is_refused() -> None:
    assert refused(dtype="int16").endswith("Input and output are int8 (they are int16 and int8)")


def test_another_quantisation_is_refused() -> None:
    assert "Input and output have the same scale and zero point" in refused(scale=0.06)


def test_counted_padding_is_refused() -> None:
    found = refused(padding=(1, 1, 1, 1), count_include_pad=True)
    assert found.endswith("without padding (count_include_pad is set)")
    assert refused(count_include_pad=True) == "None"  # there is none


def test_windows_in_the_padding_are_refused() -> None:
    found = refused(padding=(2, 0, 0, 0))
    assert found.endswith(
        "Every window holds a pixel of the input (that of output pixel (0, 0) has none)"
    )


def test_huge_sizes_are_refused() -> None:
    found = refused(shape=(1, 40000, 1, 1), pool_size=(1, 1))
    assert found.endswith("Every size is below 32768 (input_h is 40000)")
