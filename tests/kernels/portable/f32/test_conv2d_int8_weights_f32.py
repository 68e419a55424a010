"""tc_conv2d_int8_weights_f32: C is close to the reference; what is taken; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.conv2d_int8_weights_f32 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    groups, group_in, group_out = (draw(st.integers(1, 3)) for _ in range(3))
    size, output_c = st.integers(1, 5), groups * group_out
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": groups * group_in,
        "output_h": draw(size), "output_w": draw(size), "output_c": output_c,
    } | draw(cases.windows()) | {"groups": groups} | draw(real.BOUNDS)  # fmt: skip
    seed = draw(cases.SEEDS)
    shape = (output_c, p["kernel_h"], p["kernel_w"], group_in)
    return p | real.int8_weights(seed, *shape, channels=output_c)


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_is_close_to_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = real.reals(seed, p["input_h"], p["input_w"], p["input_c"])
    real.assert_c_is_close(run, KERNEL, p, [x])


def conv(x: Any, weights: Any, layout: str = "OHWI", bias: Any = None) -> Any:
    out = relax.op.nn.conv2d(x, weights, data_layout="NHWC", kernel_layout=layout)
    return out if bias is None else relax.op.add(out, bias)


def refused(weights: Any, **kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: conv(x, weights, **kwargs), dtype="float32", x=(1, 5, 5, 2))


def test_a_graph_of_scales_of_channels_with_a_bias_and_a_clip(run: Run) -> None:
    weights = real.integer_constant(4, 3, 3, 2, scale=np.linspace(0.01, 0.05, 4))
    bias = real.constant(4)
    real.assert_graph_is_close(
        run, KERNEL, lambda x: relax.op.clip(conv(x, weights, bias=bias), -1, 6), 0, x=(1, 5, 5, 2)
    )


def test_weights_stay_integers() -> None:
    weights = real.integer_constant(4, 3, 3, 2)
    match = matched(KERNEL, lambda x: conv(x, weights), "float32", x=(1, 5, 5, 2))
    p = KERNEL.lower(match).params
    assert p["weights"].dtype == np.int8 and p["weights"].shape == (4, 3, 3, 2)


def test_scales_of_input_channels_are_refused() -> None:
    weights = real.integer_constant(4, 3, 3, 2, scale=[0.1, 0.2], axis=3)
    found = refused(weights)
    assert found.endswith("or one per output channel (theirs lie along dimension 3)")


def test_what_the_kernel_of_float_weights_refuses_is_refused() -> None:
    found = refused(real.integer_constant(3, 3, 2, 4), layout="HWIO")
    assert found.endswith("(layouts are NHWC and HWIO)")
    found = refused(real.integer_constant(4, 3, 3, 2), bias=real.constant(3, 3, 4))
    assert found.endswith("(bias is (3, 3, 4) for 4 channels)")
