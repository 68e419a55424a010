"""Max pool on integers: the integers are compared as they are, padding never wins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, dtypes, overlap, window


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.clamped(p.op("pool", "relax.nn.max_pool2d", p.tensor("input"))))


def lower(match: Match) -> Call:
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={**window.pool(match), "min": low, "max": high},
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """x is (H, W, C) of any leading dimensions of 1."""
    values = largest(p, x, np.iinfo(x.dtype).min)
    return np.asarray(np.clip(values, p["min"], p["max"]), x.dtype)


def largest(p: dict[str, Any], x: NDArray[Any], lowest: float) -> NDArray[Any]:
    """(output_h, output_w, channels): the largest of each window of (H, W, C), `lowest` in empty ones."""
    image = x.reshape(p["input_h"], p["input_w"], p["channels"])
    out = np.full((p["output_h"], p["output_w"], p["channels"]), lowest, x.dtype)
    for _, _, where, pixels in window.taps(p, image):
        out[where] = np.maximum(out[where], pixels)
    return out


KERNEL = Kernel(
    "tc_max_pool2d_s8",
    pattern,
    lower,
    reference,
    constraints=(dtypes.input_is("int8"), window.pools_nhwc, window.sizes_fit(window.pool)),
    per_image=True,
    bounds=bounds.monotone,
    rows=row_form.windows,
    overlaps=overlap.windows(early=True),
    summary="Max pool; padding is ignored.",
)
