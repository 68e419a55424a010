"""tc_clip_s16: C equals numpy; what it refuses."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import clip

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.clip_s16 import KERNEL


@given(low=st.integers(-40000, 0), high=st.integers(1, 40000), seed=e.seeds)
def test_c_equals_numpy(run: Run, low: int, high: int, seed: int) -> None:
    output = e.assert_c_equals_the_reference(
        run, KERNEL, lambda x: clip(x, low, high), seed, "int16", x=(3, 40)
    )
    expected = np.clip(e.integers(seed, (3, 40), "int16").astype(int), low, high)
    np.testing.assert_array_equal(output, expected)


def test_int8_is_refused() -> None:
    assert refusal(KERNEL, lambda x: clip(x, 0, 6), x=(4,)) == (
        "tc_clip_s16 does not apply: The input is int16 (it is int8)"
    )
