"""tc_dequantize_s8_f32: C equals numpy; what it refuses."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import elementwise as e
from tests.kernels.graphs import real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.dequantize_s8_f32 import KERNEL


@given(count=st.integers(1, 50), quantization=e.quantizations, seed=e.seeds)
def test_c_equals_the_reference(
    run: Run, count: int, quantization: e.Quantization, seed: int
) -> None:
    output = e.assert_c_equals_the_reference(
        run, KERNEL, lambda x: real(x, *quantization), seed, x=(count,)
    )
    scale, zero_point = quantization
    exact = (e.integers(seed, (count,)) - float(zero_point)) * scale
    np.testing.assert_allclose(output, exact, rtol=1e-6, atol=1e-6)


def test_uint8_is_refused() -> None:
    assert refusal(KERNEL, real, dtype="uint8", data=(4,)) == (
        "tc_dequantize_s8_f32 does not apply: The input is int8 (it is uint8)"
    )


def test_several_scales_are_refused() -> None:
    assert refusal(KERNEL, lambda x: real(x, [0.1, 0.2]), x=(2,)) == (
        "tc_dequantize_s8_f32 does not apply: The tensor has one scale (it has 2)"
    )
