"""tc_depthwise_conv2d_f32: C is close to the reference; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.depthwise_conv2d_f32 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    channels, multiplier = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    size, output_c = st.integers(1, 5), channels * multiplier
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": channels,
        "output_h": draw(size), "output_w": draw(size), "output_c": output_c,
    } | draw(cases.windows()) | draw(real.BOUNDS)  # fmt: skip
    seed = draw(cases.SEEDS)
    weights = real.reals(seed, p["kernel_h"], p["kernel_w"], output_c)
    return p | {"weights": weights, "bias": real.reals(seed + 1, output_c)}


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_is_close_to_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = real.reals(seed, p["input_h"], p["input_w"], p["input_c"])
    real.assert_c_is_close(run, KERNEL, p, [x])


def conv(
    x: Any, groups: int = 2, weights: Any = None, layout: str = "OHWI", bias: Any = None
) -> Any:
    weights = real.constant(4, 3, 3, 2 // groups) if weights is None else weights
    out = relax.op.nn.conv2d(x, weights, groups=groups, data_layout="NHWC", kernel_layout=layout)
    return out if bias is None else relax.op.add(out, bias)


def refused(dtype: str = "float32", shape: Any = (1, 5, 5, 2), **kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: conv(x, **kwargs), dtype=dtype, x=shape)


def test_a_graph_with_two_filters_a_channel(run: Run) -> None:
    real.assert_graph_is_close(
        run, KERNEL, lambda x: relax.op.nn.relu(conv(x, bias=real.constant(4))), 0, x=(1, 5, 5, 2)
    )


def test_an_ordinary_convolution_is_refused() -> None:
    assert refused(groups=1).endswith("(1 groups, 2 channels)")


def test_other_layouts_are_refused() -> None:
    found = refused(weights=real.constant(3, 3, 1, 4), layout="HWIO")
    assert found.endswith("(layouts are NHWC and HWIO)")


def test_huge_sizes_are_refused() -> None:
    found = refused(shape=(1, 1, 40000, 1), groups=1, weights=real.constant(1, 1, 1, 1))
    assert found.endswith("Every size is below 32768 (input_w is 40000)")


def test_half_precision_is_refused() -> None:
    weights = relax.const(np.ones((4, 3, 3, 1), np.float16))
    assert refused("float16", weights=weights).endswith("The input is float32 (it is float16)")


def test_a_bias_that_is_an_image_is_refused() -> None:
    assert refused(bias=real.constant(3, 3, 4)).endswith("(bias is (3, 3, 4) for 4 channels)")
