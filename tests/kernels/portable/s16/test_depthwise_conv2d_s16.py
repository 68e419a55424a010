"""The constraints that it shares with other kernels are tripped in test_conv2d_s16.py and ..._s8.py."""

from typing import Any

import numpy as np
from hypothesis import given
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.portable.s8.test_depthwise_conv2d_s8 import convolutions
from tests.kernels.runtime import Run
from tinycompile.kernels import portable
from tinycompile.kernels.portable.s16 import conv2d_s16
from tinycompile.kernels.portable.s16.depthwise_conv2d_s16 import KERNEL


@given(p=convolutions(cases.s16), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int16(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int16)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def test_the_largest_window_of_the_largest_products(run: Run) -> None:
    p: dict[str, Any] = {
        "input_h": 7, "input_w": 73, "input_c": 1, "output_h": 1, "output_w": 1, "output_c": 1,
        "kernel_h": 7, "kernel_w": 73, "stride_h": 1, "stride_w": 1,
        "dilation_h": 1, "dilation_w": 1, "pad_top": 0, "pad_left": 0,
        "min": -(2**15), "max": 2**15 - 1, "narrow": 0,
        "weights": np.full((7, 73, 1), -128, np.int8), "bias": np.array([2**40]),
        "multipliers": np.array([1 << 14], np.int32), "shifts": np.array([-25], np.int8),
    }  # fmt: skip
    x = np.full((7, 73, 1), -(2**15), np.int16)
    actual = run(KERNEL, p, [x], np.empty((1, 1, 1), np.int16))
    assert actual.item() == round((511 * 2**22 + 2**40) / 2**26) == KERNEL.reference(p, x).item()


def depthwise(x: relax.Expr, kernel: tuple[int, int]) -> Any:
    out = relax.op.nn.conv2d(
        real(x, 0.05, 0),
        real(np.ones((2, *kernel, 1), np.int8), 0.1, 0),
        groups=2,
        data_layout="NHWC",
        kernel_layout="OHWI",
    )
    return quantized(out, 0.1, 0, "int16")


def test_large_windows_are_left_to_the_general_convolution() -> None:
    def refused(kernel: Any, size: tuple[int, int]) -> str:
        build = lambda x: depthwise(x, size)  # noqa: E731
        return refusal(kernel, build, dtype="int16", x=(1, 40, 80, 2))

    assert refused(KERNEL, (7, 73)) == "None"
    assert refused(KERNEL, (8, 64)).endswith("A window has at most 511 taps (it has 512)")
    assert refused(conv2d_s16.KERNEL, (8, 64)) == "None"
    kernels = portable.kernels()
    assert kernels.index(KERNEL) < kernels.index(conv2d_s16.KERNEL)
