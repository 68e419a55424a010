"""Pads become padding of windows."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, dq, emit, main, run, stays, weights
from tinycompile.passes.windows.fuse_pad import FusePad

op, nn = relax.op, relax.op.nn
X = ((1, 5, 6, 2), "int8")
W = np.random.default_rng(2).integers(-9, 9, (4, 3, 3, 2))
WIDTHS = [0, 0, 1, 2, 0, 3, 0, 0]


def conv(x: Any, padding: Any = (1, 0, 0, 0), kernel: Any = None) -> Any:
    kernel = weights(W, 0.5) if kernel is None else kernel
    return nn.conv2d(x, kernel, 2, padding, data_layout="NHWC", kernel_layout="OHWI")


def pool(x: Any, padding: Any = (0, 0, 0, 0)) -> Any:
    return nn.max_pool2d(x, (3, 3), padding=padding, layout="NHWC")


def padded(x: Any, value: float = 3, widths: Any = WIDTHS) -> Any:
    return nn.pad(x, widths, pad_value=value)


def test_padding_with_the_zero_point_is_the_convolutions() -> None:
    def expected(x: Any) -> Any:
        kernel = emit(weights(W, 0.5))
        return conv(dq(x), (2, 0, 2, 3), kernel)

    becomes(FusePad(), main(lambda x: conv(dq(padded(x))), x=X), main(expected, x=X))


@pytest.mark.parametrize(("dtype", "lowest"), [("int8", -128), ("int16", -32768)])
def test_padding_with_the_lowest_value_is_the_pools(dtype: str, lowest: int) -> None:
    before = main(lambda x: pool(padded(x, lowest)), x=(X[0], dtype))
    after = main(lambda x: pool(x, (1, 0, 2, 3)), x=(X[0], dtype))
    becomes(FusePad(), before, after)
    x = np.random.default_rng(1).integers(lowest, -lowest, X[0]).astype(dtype)
    np.testing.assert_array_equal(run(before, x), run(after, x))
    stays(FusePad(), main(lambda x: pool(padded(x, lowest + 1)), x=(X[0], dtype)))


@pytest.mark.parametrize(
    "body",
    [
        lambda x: conv(dq(padded(x, 0))),  # 0 is not the zero point
        lambda x: conv(dq(padded(x, widths=[0, 0, 1, 1, 1, 1, 1, -1]))),
        lambda x: conv(dq(nn.pad(x, WIDTHS, "reflect"))),
        lambda x: pool(padded(x, 3)),
        lambda x: nn.avg_pool2d(dq(padded(x)), (3, 3), layout="NHWC"),
    ],
)
def test_other_padding_stays(body: Any) -> None:
    stays(FusePad(), main(body, x=X))
