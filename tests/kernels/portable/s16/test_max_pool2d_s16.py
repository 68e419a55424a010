"""tc_max_pool2d_s16: C equals the reference; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from tvm import relax

from tests.kernels import cases
from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.max_pool2d_s16 import KERNEL


@given(p=cases.pools(), bounds=cases.bounds("int16"), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], bounds: Any, seed: int) -> None:
    x = e.integers(seed, (p["input_h"], p["input_w"], p["channels"]), "int16")
    output = np.empty((p["output_h"], p["output_w"], p["channels"]), np.int16)
    expected = KERNEL.reference(p | bounds, x)
    np.testing.assert_array_equal(run(KERNEL, p | bounds, [x], output), expected)


def test_int8_is_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.max_pool2d(x, layout="NHWC"), x=(1, 4, 4, 2))
    assert found.endswith("The input is int16 (it is int8)")
