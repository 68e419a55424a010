from typing import Any

import numpy as np
from hypothesis import given
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.max_pool2d_s8 import KERNEL


@given(p=cases.pools(), bounds=cases.bounds(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], bounds: Any, seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["channels"])
    output = np.empty((p["output_h"], p["output_w"], p["channels"]), np.int8)
    expected = KERNEL.reference(p | bounds, x)
    np.testing.assert_array_equal(run(KERNEL, p | bounds, [x], output), expected)


def pool(x: relax.Expr, layout: str = "NHWC") -> Any:
    return relax.op.nn.max_pool2d(x, pool_size=(2, 2), dilation=(2, 1), layout=layout)


def test_a_clip_becomes_its_bounds() -> None:
    match = matched(KERNEL, lambda x: relax.op.clip(pool(x), -5, 300), x=(1, 4, 4, 2))
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    assert (params["min"], params["max"], params["dilation_h"]) == (-5, 127, 2)


def test_int16_is_refused() -> None:
    found = refusal(KERNEL, pool, dtype="int16", x=(1, 4, 4, 2))
    assert found.endswith("The input is int8 (it is int16)")


def test_other_layouts_are_refused() -> None:
    found = refusal(KERNEL, lambda x: pool(x, "NCHW"), x=(1, 4, 4, 4))
    assert found.endswith("Activations are NHWC (the layout is NCHW)")


def test_huge_sizes_are_refused() -> None:
    found = refusal(KERNEL, pool, x=(1, 40000, 2, 1))
    assert found.endswith("Every size is below 32768 (input_h is 40000)")
