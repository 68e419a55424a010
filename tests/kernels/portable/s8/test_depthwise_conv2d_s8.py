"""The constraints it shares with conv2d are tripped in test_conv2d_s8.py."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile.kernels import portable
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.portable.s8.depthwise_conv2d_s8 import KERNEL, every_channel_is_a_group


@st.composite
def convolutions(draw: st.DrawFn, of: Any = cases.s8) -> dict[str, Any]:
    channels, multiplier = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    size = st.integers(1, 5)
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": channels,
        "output_h": draw(size), "output_w": draw(size), "output_c": channels * multiplier,
    } | draw(cases.windows())  # fmt: skip
    shape = (p["kernel_h"], p["kernel_w"], channels * multiplier)
    return p | draw(of(shape, shape[2]))


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def depthwise(x: relax.Expr, groups: int = 4) -> Any:
    weights = np.arange(8 * 9 * 4 // groups, dtype=np.int8).reshape(8, 3, 3, 4 // groups)
    scales = np.linspace(0.1, 0.2, 8)
    return quantized(
        relax.op.nn.conv2d(
            real(x),
            real(weights, scales, 0),
            groups=groups,
            data_layout="NHWC",
            kernel_layout="OHWI",
        )
    )


def test_the_grouped_convolution_computes_the_same() -> None:
    match = matched(KERNEL, depthwise, x=(1, 6, 5, 4))
    assert KERNEL.refusal(match) is None
    x = cases.int8(0, 6, 5, 4)
    grouped = conv2d_s8.KERNEL
    np.testing.assert_array_equal(
        KERNEL.reference(KERNEL.lower(match).params, x),
        grouped.reference(grouped.lower(match).params, x),
    )
    assert KERNEL.lower(match).macs == grouped.lower(match).macs == 4 * 3 * 8 * 9


def test_it_comes_before_the_general_convolution() -> None:
    kernels = portable.kernels()
    assert kernels.index(KERNEL) < kernels.index(conv2d_s8.KERNEL)


def test_fewer_groups_are_refused() -> None:
    match = matched(KERNEL, lambda x: depthwise(x, groups=2), x=(1, 6, 5, 4))
    assert every_channel_is_a_group(match) == "2 groups, 4 channels"
    assert KERNEL.refusal(match) is not None
