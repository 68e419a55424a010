"""1-D windows are 2-D ones of height 1."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import main, operators, run, stays
from tinycompile.passes.layout.lift_to_2d import LiftTo2d

nn = relax.op.nn
X = (1, 4, 11)
W = np.random.default_rng(2).normal(size=(6, 2, 3)).astype(np.float32)
V = np.random.default_rng(2).normal(size=(4, 3, 3)).astype(np.float32)
WINDOWS: dict[str, Any] = {
    "conv2d": lambda x: nn.conv1d(x, relax.const(W), 2, (1, 3), 2, groups=2),
    "conv2d_transpose": lambda x: nn.conv1d_transpose(
        x, relax.const(V), strides=2, padding=(1, 0), output_padding=1
    ),
    "max_pool2d": lambda x: nn.max_pool1d(x, 3, 2, (1, 2)),
    "avg_pool2d": lambda x: nn.avg_pool1d(x, 3, 2, (1, 1), count_include_pad=True),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_one_dimension_is_two_of_height_one(name: str) -> None:
    before = main(WINDOWS[name], x=(X, "float32"))
    after = LiftTo2d()(before)
    assert [op for op in operators(after) if op != "reshape"] == [f"nn.{name}"]
    x = np.random.default_rng(1).normal(size=X).astype(np.float32)
    np.testing.assert_allclose(run(after, x), run(before, x), rtol=1e-5, atol=1e-5)


def test_two_dimensions_stay() -> None:
    stays(LiftTo2d(), main(lambda x: nn.max_pool2d(x, (2, 2)), x=((1, 4, 8, 8), "float32")))
