"""tc_conv2d_f32: C is close to the reference, what is fused, what is refused."""

from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import matched, refusal
from tests.kernels.graphs import real as dequantized
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.conv2d_f32 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    groups, group_in, group_out = (draw(st.integers(1, 3)) for _ in range(3))
    size = st.integers(1, 5)
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": groups * group_in,
        "output_h": draw(size), "output_w": draw(size), "output_c": groups * group_out,
    } | draw(cases.windows()) | {"groups": groups} | draw(real.BOUNDS)  # fmt: skip
    shape = (groups * group_out, p["kernel_h"], p["kernel_w"], group_in)
    seed = draw(cases.SEEDS)
    return p | {"weights": real.reals(seed, *shape), "bias": real.reals(seed + 1, shape[0])}


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_is_close_to_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = real.reals(seed, p["input_h"], p["input_w"], p["input_c"])
    real.assert_c_is_close(run, KERNEL, p, [x])


def conv(x: Any, weights: Any = None, bias: Any = None, **attributes: Any) -> Any:
    weights = real.constant(4, 3, 3, 2) if weights is None else weights
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    out = relax.op.nn.conv2d(x, weights, **{**layouts, **attributes})
    return out if bias is None else relax.op.add(out, bias)


def params(build: Any) -> dict[str, Any]:
    return KERNEL.lower(matched(KERNEL, build, "float32", x=(1, 5, 5, 2))).params


def refused(dtype: str = "float32", shape: Any = (1, 5, 5, 2), **kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: conv(x, **kwargs), dtype=dtype, x=shape)


def test_bias_and_activation_are_fused() -> None:
    for shape in ((4,), (1, 1, 1, 4)):
        bias = real.constant(*shape)
        p = params(lambda x, bias=bias: relax.op.nn.relu(conv(x, bias=bias)))
        np.testing.assert_array_equal(p["bias"], real.reals(3, 4))
    assert (p["min"], p["max"]) == (0, inf)
    p = params(lambda x: relax.op.clip(conv(x), -1, 6))
    assert (p["min"], p["max"]) == (-1, 6) and not p["bias"].any()


@pytest.mark.parametrize("scale", [0.5, [0.1, 0.2, 0.3, 0.4]])
def test_weights_that_are_dequantised_become_float(scale: Any) -> None:
    integers = np.arange(72, dtype=np.int8).reshape(4, 3, 3, 2)
    p = params(lambda x: conv(x, weights=dequantized(integers, scale, 3)))
    along = np.reshape(np.asarray(scale, np.float32), (-1, 1, 1, 1))
    np.testing.assert_allclose(p["weights"], (integers - np.float32(3)) * along, rtol=1e-6)


def test_other_layouts_are_refused() -> None:
    found = refused(weights=real.constant(3, 3, 2, 4), kernel_layout="HWIO")
    assert found.endswith("Activations are NHWC and weights OHWI (layouts are NHWC and HWIO)")


def test_huge_sizes_are_refused() -> None:
    found = refused(shape=(1, 1, 40000, 1), weights=real.constant(1, 1, 1, 1))
    assert found.endswith("Every size is below 32768 (input_w is 40000)")


def test_half_precision_is_refused() -> None:
    weights = relax.const(np.ones((4, 3, 3, 2), np.float16))
    assert refused("float16", weights=weights).endswith("The input is float32 (it is float16)")


def test_a_bias_that_is_an_image_is_refused() -> None:
    for shape in ((3, 3, 4), (3, 1, 1)):
        weights = real.constant(shape[0] if shape[-1] == 1 else 4, 3, 3, 2)
        found = refused(weights=weights, bias=real.constant(*shape))
        assert f"or there is none (bias is {shape} for" in found
