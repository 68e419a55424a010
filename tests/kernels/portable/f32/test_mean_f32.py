"""tc_mean_f32: C is close to the reference; what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.mean_f32 import KERNEL


@given(
    sizes=st.lists(st.integers(1, 5), min_size=5, max_size=5),
    divisor=st.sampled_from([1.0, 7.0]),
    bounds=real.BOUNDS,
    seed=cases.SEEDS,
)
def test_c_is_close_to_the_reference(
    run: Run, sizes: list[int], divisor: float, bounds: Any, seed: int
) -> None:
    k0, r0, k1, r1, k2 = sizes
    p = {"kept": (k0, k1, k2), "reduced": (r0, r1), "divisor": divisor} | bounds
    real.assert_c_is_close(run, KERNEL, p, [real.reals(seed, *sizes)])


@pytest.mark.parametrize("operator", [relax.op.mean, relax.op.sum])
def test_means_and_sums_are_numpys(run: Run, operator: Any) -> None:
    found = real.assert_graph_is_close(
        run, KERNEL, lambda x: operator(x, [1, 2]), 5, x=(1, 4, 6, 3)
    )
    expected = getattr(np, operator.__name__)(real.reals(5, 1, 4, 6, 3), axis=(1, 2))
    np.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=1e-5, atol=1e-5)


def test_other_types_and_scattered_axes_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.mean(x, [1]), dtype="float16", x=(2, 3))
    assert found.endswith("The input is float32 (it is float16)")
    found = refusal(
        KERNEL, lambda x: relax.op.mean(x, [1, 3, 5]), dtype="float32", x=(2, 2, 2, 2, 2, 2)
    )
    assert found.endswith("(there are 6 runs in (2, 2, 2, 2, 2, 2))")
