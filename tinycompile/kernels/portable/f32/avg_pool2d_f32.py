"""Average pool on float32."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import avg_pool2d_rescale_s8, avg_pool2d_s8
from tinycompile.kernels.shared import float32, overlap, window


def pattern() -> Pattern:
    p = Pattern()
    return float32.bounded(p, p.op("pool", "relax.nn.avg_pool2d", p.tensor("input")))


def lower(match: Match) -> Call:
    counted = {"count_padding": int(match.attrs("pool").count_include_pad)}
    return Call(
        inputs=("input",),
        params={**window.pool(match)} | counted | float32.bounds(match),
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["channels"]).astype(np.float64)
    return float32.bound(p, avg_pool2d_s8.sums(p, image) / avg_pool2d_rescale_s8.divisors(p))


KERNEL = Kernel(
    "tc_avg_pool2d_f32",
    pattern,
    lower,
    reference,
    constraints=(
        float32.input_is_float32,
        window.pools_nhwc,
        avg_pool2d_rescale_s8.counted_padding_is_explicit,
        avg_pool2d_s8.no_window_is_empty,
        window.sizes_fit(window.pool),
    ),
    per_image=True,
    overlaps=overlap.windows(size=4),
    summary="Average pool in float, with padding counted or not.",
)
