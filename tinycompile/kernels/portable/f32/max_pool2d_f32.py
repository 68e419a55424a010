"""Max pool on float32: padding never wins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import max_pool2d_s8
from tinycompile.kernels.shared import float32, overlap, window


def pattern() -> Pattern:
    p = Pattern()
    return float32.bounded(p, p.op("pool", "relax.nn.max_pool2d", p.tensor("input")))


def lower(match: Match) -> Call:
    return Call(inputs=("input",), params={**window.pool(match)} | float32.bounds(match))


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return float32.bound(p, max_pool2d_s8.largest(p, x, p["min"]))


KERNEL = Kernel(
    "tc_max_pool2d_f32",
    pattern,
    lower,
    reference,
    constraints=(float32.input_is_float32, window.pools_nhwc, window.sizes_fit(window.pool)),
    per_image=True,
    overlaps=overlap.windows(size=4),
    summary="Max pool in float; padding is ignored.",
)
