"""Average pool on integers whose output has the input's quantisation: the rounded mean of integers.

TFLite rounds halves away from zero and leaves padding out of sum and count.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap, window


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("pool", "relax.nn.avg_pool2d", p.dequantize("input")))


def padding_is_not_counted(match: Match) -> str | None:
    """The mean is that of pixels of the input, without padding."""
    attrs = match.attrs("pool")
    padded = any(int(p) for p in attrs.padding) or attrs.ceil_mode
    return "count_include_pad is set" if attrs.count_include_pad and padded else None


def no_window_is_empty(match: Match) -> str | None:
    """Every window holds a pixel of the input."""
    return window.empty(window.pool(match))


def lower(match: Match) -> Call:
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={**window.pool(match), "min": low, "max": high},
    )


def sums(p: dict[str, Any], image: NDArray[Any]) -> NDArray[Any]:
    """(output_h, output_w, channels): the sum of each window of (H, W, C), in its type."""
    total = np.zeros((p["output_h"], p["output_w"], p["channels"]), image.dtype)
    for _, _, where, pixels in window.taps(p, image):
        total[where] += pixels
    return total


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["channels"]).astype(np.int64)
    total, count = sums(p, image), window.counts(p)[..., None]
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return np.asarray(np.clip(mean, p["min"], p["max"]), x.dtype)


KERNEL = Kernel(
    "tc_avg_pool2d_s8",
    pattern,
    lower,
    reference,
    constraints=(
        window.pools_nhwc,
        accumulate.activations_are_int8,
        accumulate.quantisation_is_kept,
        padding_is_not_counted,
        no_window_is_empty,
        window.sizes_fit(window.pool),
    ),
    per_image=True,
    bounds=bounds.monotone,
    rows=row_form.pools,
    overlaps=overlap.windows(),
    summary="Average pool with TFLite's rounding; the output is quantised as the input.",
)
