"""Image operators work on NHWC."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, emit, main, operators, run, stays, weights
from tinycompile.passes.layout.convert_to_nhwc import ConvertToNhwc
from tinycompile.rewriting.permutation import IS_NCHW

op, nn = relax.op, relax.op.nn
X = ((1, 4, 6, 5), "float32")
W = np.random.default_rng(2).integers(-9, 9, (6, 2, 3, 2))
V = np.random.default_rng(2).integers(-9, 9, (4, 6, 3, 2))
TO, BACK = (0, 2, 3, 1), (0, 3, 1, 2)
OPERATORS: dict[str, Any] = {
    "conv2d": lambda x: nn.conv2d(x, weights(W, 0.5), (2, 1), (1, 0, 2, 1), groups=2),
    "conv2d_transpose": lambda x: nn.conv2d_transpose(x, weights(V, 0.5), (2, 2), (1, 0, 0, 1)),
    "max_pool2d": lambda x: nn.max_pool2d(x, (3, 2), (2, 1), (1, 0, 1, 1)),
    "avg_pool2d": lambda x: nn.avg_pool2d(x, (3, 2), (2, 1), (1, 0, 1, 1)),
    "adaptive": lambda x: nn.adaptive_avg_pool2d(x, (1, 1)),
    "resize": lambda x: op.image.resize2d(x, (12, 10), layout="NCHW", method="nearest_neighbor"),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_the_result_stays_the_same(name: str) -> None:
    before = main(OPERATORS[name], x=X)
    after = ConvertToNhwc()(before)
    first = next(op_ for op_ in operators(after) if op_ != "dequantize")
    assert first == operators(after)[-1] == "permute_dims"
    if name == "conv2d_transpose":  # TVM cannot run it in NHWC
        return
    x = np.random.default_rng(1).normal(size=X[0]).astype(np.float32)
    np.testing.assert_allclose(run(after, x), run(before, x), rtol=1e-5, atol=1e-5)


def test_transposes_stand_around_and_kernels_become_ohwi() -> None:
    def expected(x: relax.Var) -> relax.Expr:
        oihw = emit(weights(W, 0.5))
        image, kernel = emit(op.permute_dims(x, TO)), op.permute_dims(oihw, (0, 2, 3, 1))
        conv = nn.conv2d(
            image, kernel, (2, 1), (1, 0, 2, 1), groups=2, data_layout="NHWC", kernel_layout="OHWI"
        )
        return op.permute_dims(conv, BACK)

    after = main(expected, x=X)
    after["main"] = after["main"].with_attr(IS_NCHW, True)
    becomes(ConvertToNhwc(), main(OPERATORS["conv2d"], x=X), after)


def test_what_is_nhwc_stays() -> None:
    stays(ConvertToNhwc(), main(lambda x: nn.max_pool2d(x, (2, 2), layout="NHWC"), x=X))
