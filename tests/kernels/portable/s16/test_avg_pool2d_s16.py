"""tc_avg_pool2d_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import assume, given
from tvm import relax

from tests.kernels import cases
from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.avg_pool2d_s16 import KERNEL
from tinycompile.kernels.shared import window


@given(p=cases.pools(), bounds=cases.bounds("int16"), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], bounds: Any, seed: int) -> None:
    assume((window.counts(p) > 0).all())
    x = e.integers(seed, (p["input_h"], p["input_w"], p["channels"]), "int16")
    output = np.empty((p["output_h"], p["output_w"], p["channels"]), np.int16)
    expected = KERNEL.reference(p | bounds, x)
    np.testing.assert_array_equal(run(KERNEL, p | bounds, [x], output), expected)


def test_the_largest_sum(run: Run) -> None:
    p = {
        "input_h": 1, "input_w": 32767, "output_h": 1, "output_w": 1, "channels": 2,
        "kernel_h": 1, "kernel_w": 32767, "stride_h": 1, "stride_w": 1,
        "dilation_h": 1, "dilation_w": 1, "pad_top": 0, "pad_left": 0,
        "min": -32768, "max": 32767,
    }  # fmt: skip
    x = np.tile(np.array([-32768, 32767], np.int16), (32767, 1))
    assert run(KERNEL, p, [x], np.empty(2, np.int16)).tolist() == [-32768, 32767]


def refused(shape: tuple[int, ...], size: tuple[int, int], dtype: str, zero_point: int = 0) -> str:
    def build(x: relax.Expr) -> Any:
        pool = relax.op.nn.avg_pool2d(real(x, 0.1, zero_point), size, layout="NHWC")
        return quantized(pool, 0.1, zero_point, dtype)

    return refusal(KERNEL, build, dtype=dtype, x=shape)


def test_int8_is_refused() -> None:
    found = refused((1, 4, 4, 2), (2, 2), "int8")
    assert found.endswith("Input and output are int16 (they are int8 and int8)")


def test_zero_points_are_refused() -> None:
    found = refused((1, 4, 4, 2), (2, 2), "int16", zero_point=3)
    assert found.endswith("Input and output have zero point 0 (they have 3 and 3)")


def test_huge_windows_are_refused() -> None:
    found = refused((1, 256, 128, 1), (256, 128), "int16")
    assert found.endswith("A window holds less than 2^15 pixels of the input (one holds 32768)")
