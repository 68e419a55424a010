"""A maximum over axes becomes a max pool."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import main, operators, run, stays
from tinycompile.passes.integers.reduce_max_by_pool import ReduceMaxByPool

op = relax.op


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize(
    ("shape", "axes", "keep"),
    [
        ((1, 4, 5, 3), [1, 2], False),
        ((1, 6, 3), [1], True),
        ((1, 1, 7), [2], False),
        ((5,), None, True),
        ((2, 4, 5), [1], False),  # a batch
    ],
)
def test_neighbouring_axes_are_one_window(shape: Any, axes: Any, keep: bool, dtype: str) -> None:
    before = main(lambda x: op.max(x, axes, keep), x=(shape, dtype))
    after = ReduceMaxByPool()(before)
    assert "nn.max_pool2d" in operators(after)
    assert "max" not in operators(after)
    limits = np.iinfo(dtype)
    x = np.random.default_rng(0).integers(limits.min, limits.max + 1, shape).astype(dtype)
    np.testing.assert_array_equal(run(after, x), run(before, x))


def test_other_axes_and_floats_stay() -> None:
    stays(ReduceMaxByPool(), main(lambda x: op.max(x, [1, 3]), x=((1, 4, 5, 3), "int8")))
    stays(ReduceMaxByPool(), main(lambda x: op.max(x, [1]), x=((1, 4, 5), "float32")))
