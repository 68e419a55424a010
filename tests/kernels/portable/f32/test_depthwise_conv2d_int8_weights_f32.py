"""tc_depthwise_conv2d_int8_weights_f32: C is close to the reference; what is taken; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.depthwise_conv2d_int8_weights_f32 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    channels, multiplier = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    size, output_c = st.integers(1, 5), channels * multiplier
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": channels,
        "output_h": draw(size), "output_w": draw(size), "output_c": output_c,
    } | draw(cases.windows()) | draw(real.BOUNDS)  # fmt: skip
    seed = draw(cases.SEEDS)
    shape = (p["kernel_h"], p["kernel_w"], output_c)
    return p | real.int8_weights(seed, *shape, channels=output_c)


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_is_close_to_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = real.reals(seed, p["input_h"], p["input_w"], p["input_c"])
    real.assert_c_is_close(run, KERNEL, p, [x])


def conv(x: Any, weights: Any, groups: int = 2) -> Any:
    return relax.op.nn.conv2d(x, weights, groups=groups, data_layout="NHWC", kernel_layout="OHWI")


def test_a_graph_with_two_filters_a_channel(run: Run) -> None:
    weights = real.integer_constant(4, 3, 3, 1, scale=np.linspace(0.01, 0.05, 4))
    bias = real.constant(4)
    real.assert_graph_is_close(
        run, KERNEL, lambda x: relax.op.nn.relu(relax.op.add(conv(x, weights), bias)), 0, x=(1, 5, 5, 2)
    )  # fmt: skip
    match = matched(KERNEL, lambda x: conv(x, weights), "float32", x=(1, 5, 5, 2))
    p = KERNEL.lower(match).params
    assert p["weights"].dtype == np.int8 and p["weights"].shape == (3, 3, 4)


def test_an_ordinary_convolution_is_refused() -> None:
    weights = real.integer_constant(4, 3, 3, 2)
    found = refusal(KERNEL, lambda x: conv(x, weights, 1), dtype="float32", x=(1, 5, 5, 2))
    assert found.endswith("(1 groups, 2 channels)")


def test_scales_of_rows_are_refused() -> None:
    weights = real.integer_constant(4, 3, 3, 1, scale=[0.1, 0.2, 0.3], axis=1)
    found = refusal(KERNEL, lambda x: conv(x, weights), dtype="float32", x=(1, 5, 5, 2))
    assert found.endswith("or one per output channel (theirs lie along dimension 1)")
