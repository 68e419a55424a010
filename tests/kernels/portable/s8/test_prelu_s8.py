"""tc_prelu_s8: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op.nn import prelu

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.prelu_s8 import KERNEL


@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple),
    a=e.quantizations,
    slopes=e.quantizations,
    out=e.quantizations,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, shape: Any, a: Any, slopes: Any, out: Any, seed: int
) -> None:
    values = e.integers(seed + 7, shape[-1:])

    def graph(x: Any) -> Any:
        return quantized(prelu(real(x, *a), real(values, *slopes), axis=len(shape) - 1), *out)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=shape)
    x = (e.integers(seed, shape) - float(a[1])) * a[0]
    slope = (values - float(slopes[1])) * slopes[0]
    exact = np.where(x >= 0, x, x * slope) / out[0] + out[1]
    # Two roundings, each to nearest, may end up to 3/4 of a step away.
    assert np.abs(output.reshape(shape) - np.clip(exact, -128, 127)).max() <= 0.751


def graph(slopes: np.ndarray, axis: int = -1, **quantization: Any) -> Any:
    return lambda x: quantized(prelu(real(x), real(slopes, **quantization), axis))


def test_int32_slopes_are_refused() -> None:
    assert refusal(KERNEL, graph(np.ones(2, np.int32)), x=(3, 2)) == (
        "tc_prelu_s8 does not apply: Input, slopes and output are int8 (they are int8, int32, int8)"
    )


def test_slopes_along_another_axis_are_refused() -> None:
    assert refusal(KERNEL, graph(e.CONSTANT, axis=0), x=(2, 2)) == (
        "tc_prelu_s8 does not apply: There is a slope for each index of the last axis"
        " (they lie along axis 0 of 2)"
    )


def test_slopes_per_channel_are_refused() -> None:
    assert "they have 2 scales" in refusal(KERNEL, graph(e.CONSTANT, scale=[0.1, 0.2]), x=(3, 2))


def test_a_tiny_output_scale_is_refused() -> None:
    def tiny(x: Any) -> Any:
        return quantized(prelu(real(x, 1.0), real(e.CONSTANT)), scale=2.0**-15)

    assert refusal(KERNEL, tiny, x=(3, 2)) == (
        "tc_prelu_s8 does not apply: The input's scale, and that times the slopes' scale, are less than"
        " 2^14 times the output's (one is 3.28e+04 times)"
    )
