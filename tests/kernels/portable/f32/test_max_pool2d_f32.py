"""tc_max_pool2d_f32: C equals the reference; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.max_pool2d_f32 import KERNEL


@given(p=cases.pools(), bounds=real.BOUNDS, seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], bounds: Any, seed: int) -> None:
    x = real.reals(seed, p["input_h"], p["input_w"], p["channels"])
    expected = KERNEL.reference(p | bounds, x)
    found = run(KERNEL, p | bounds, [x], np.empty_like(expected))
    np.testing.assert_array_equal(found, expected)


def pool(x: Any, layout: str = "NHWC") -> Any:
    return relax.op.nn.max_pool2d(x, pool_size=(2, 2), layout=layout)


def test_other_types_and_layouts_are_refused() -> None:
    found = refusal(KERNEL, pool, dtype="int16", x=(1, 4, 4, 2))
    assert found.endswith("The input is float32 (it is int16)")
    found = refusal(KERNEL, lambda x: pool(x, "NCHW"), dtype="float32", x=(1, 4, 4, 4))
    assert found.endswith("Activations are NHWC (the layout is NCHW)")


def test_huge_sizes_are_refused() -> None:
    found = refusal(KERNEL, pool, dtype="float32", x=(1, 40000, 2, 1))
    assert found.endswith("Every size is below 32768 (input_h is 40000)")
