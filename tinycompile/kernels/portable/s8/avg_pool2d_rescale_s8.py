"""Average pool on int8 into another quantisation, or with padding counted as zeros (as ONNX can).

A mean is kept with as many fraction bits as int32 has room for, then requantised: what the two
roundings lose stays below one step of the output.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import avg_pool2d_s8
from tinycompile.kernels.shared import accumulate, bounds, overlap, window
from tinycompile.quantization import quantize_multiplier

MOST_FRACTION_BITS = 16
LEAST_FRACTION_BITS = 8


def fraction_bits(match: Match) -> int:
    """How far the sum of a window, at most 255 a pixel, may be shifted left in int32."""
    height, width = (int(k) for k in match.attrs("pool").pool_size)
    return min(MOST_FRACTION_BITS, 31 - (255 * height * width).bit_length())


def windows_are_small(match: Match) -> str | None:
    """A window has at most 32896 pixels."""
    height, width = (int(k) for k in match.attrs("pool").pool_size)
    return None if fraction_bits(match) >= LEAST_FRACTION_BITS else f"it has {height} x {width}"


def counted_padding_is_explicit(match: Match) -> str | None:
    """Where padding counts, no window goes beyond it."""
    attrs = match.attrs("pool")
    return "ceil_mode is set" if attrs.count_include_pad and attrs.ceil_mode else None


def lower(match: Match) -> Call:
    bits = fraction_bits(match)
    factor = match.quantization("input").scale / match.quantization("output").scale
    multiplier, shift = quantize_multiplier(factor / (1 << bits))
    return Call(
        inputs=("input",),
        params={**window.pool(match)}
        | {"count_padding": int(match.attrs("pool").count_include_pad), "fraction_bits": bits}
        | accumulate.zero_points_and_bounds(match)
        | {"multiplier": multiplier, "shift": shift},
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["channels"]).astype(np.int64)
    total = avg_pool2d_s8.sums(p, image - p["input_zero_point"]) << p["fraction_bits"]
    mean = np.sign(total) * (np.abs(total) // divisors(p))  # C division truncates
    return accumulate.leave_by_one(p, mean)


def divisors(p: dict[str, Any]) -> NDArray[np.int64]:
    """What the sum of each window is divided by: (output_h, output_w, 1)."""
    count = window.counts(p)[..., None]
    return np.full_like(count, p["kernel_h"] * p["kernel_w"]) if p["count_padding"] else count


KERNEL = Kernel(
    "tc_avg_pool2d_rescale_s8",
    avg_pool2d_s8.pattern,
    lower,
    reference,
    constraints=(
        window.pools_nhwc,
        accumulate.activations_are_int8,
        counted_padding_is_explicit,
        avg_pool2d_s8.no_window_is_empty,
        windows_are_small,
        window.sizes_fit(window.pool),
    ),
    per_image=True,
    bounds=bounds.monotone,
    rows=row_form.windows,
    overlaps=overlap.windows(),
    summary="Average pool into another quantisation, or with padding counted.",
)
