"""Clips go where what they bound is proved to lie inside."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, operators, q, stays
from tests.passes.shrink.products import conv
from tinycompile.kernels import portable
from tinycompile.passes.shrink.remove_idle_clips import RemoveIdleClips

INPUT = {"x": ((1, 4, 4, 2), "int8")}
remove: Any = RemoveIdleClips(portable.kernels())


def bounded(low: int, high: int) -> Any:
    """A sigmoid, 0 to 1, which is 3 to 5."""

    def body(x: Any) -> Any:
        return relax.op.nn.max_pool2d(
            relax.op.clip(emit(q(relax.op.sigmoid(dq(x)))), low, high), (2, 2), layout="NHWC"
        )

    return main(body, **INPUT)


def test_a_clip_wider_than_what_it_bounds_goes() -> None:
    assert "clip" not in operators(remove(bounded(3, 5)))


def test_one_that_acts_stays() -> None:
    stays(remove, bounded(4, 5))
    stays(remove, bounded(3, 4))


def test_of_sums_of_products() -> None:
    """Of 2 inputs by weights of 1 / 4: -131 to 124, in halves of 3 more."""

    def body(low: int) -> Any:
        weights = np.ones((1, 1, 1, 2), np.int8)
        return main(lambda x: relax.op.clip(emit(conv(x, weights, [0])), low, 127), **INPUT)

    least = 3 - 66  # (-128 - 3) * 2 / 4, rounded away from zero
    assert operators(remove(body(least)))[-1] == "quantize"
    stays(remove, body(least + 1))
