"""Transposed conv2d on int8: each output pixel gathers the input pixels whose kernels reach it.

The canonical form has NHWC activations and OHWI weights; padding is cut off the full result.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import accumulate, conv2d_s8, window
from tinycompile.program import Call


def pattern() -> Pattern:
    p = Pattern()
    weights = p.dequantize("weights", constant=True)
    conv = p.op("conv", "relax.nn.conv2d_transpose", p.dequantize("input"), weights)
    biased = p.op("biased", "relax.add", conv, p.dequantize("bias", constant=True))
    return p.quantize(biased | conv)


def kernel_is_dense(match: Match) -> str | None:
    """The kernel has one group and no dilation."""
    attrs = match.attrs("conv")
    groups, dilation = int(attrs.groups), tuple(map(int, attrs.dilation))
    return None if (groups, dilation) == (1, (1, 1)) else f"{groups} groups, dilation {dilation}"


def geometry(match: Match) -> dict[str, int]:
    sizes = window.convolution(match)
    return {name: size for name, size in sizes.items() if not name.startswith("dilation")}


def lower(match: Match) -> Call:
    weights = match.array("weights")  # (O, H, W, I)
    return Call(
        inputs=("input",),
        params={**geometry(match)}
        | accumulate.zero_points_and_bounds(match)
        | {"weights": weights, "bias": accumulate.bias(match)}
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=prod(match.shape("input")) * prod(weights.shape[:3]),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """Scatters: every input pixel adds a whole kernel to the full result, which is then cut."""
    ih, iw, kh, kw = p["input_h"], p["input_w"], p["kernel_h"], p["kernel_w"]
    sh, sw, top, left = p["stride_h"], p["stride_w"], p["pad_top"], p["pad_left"]
    oh, ow = p["output_h"], p["output_w"]
    image = x.reshape(ih, iw, p["input_c"]).astype(np.int64) - p["input_zero_point"]
    weights = p["weights"].astype(np.int64)
    height, width = max((ih - 1) * sh + kh, top + oh), max((iw - 1) * sw + kw, left + ow)
    full = np.zeros((height, width, p["output_c"]), np.int64)
    for ky, kx in np.ndindex(kh, kw):
        rows, columns = slice(ky, ky + ih * sh, sh), slice(kx, kx + iw * sw, sw)
        full[rows, columns][:ih, :iw] += image @ weights[:, ky, kx].T
    return accumulate.leave(p, full[top : top + oh, left : left + ow] + p["bias"])


KERNEL = Kernel(
    "tc_transpose_conv2d_s8",
    pattern,
    lower,
    reference,
    constraints=(
        conv2d_s8.layouts_are_canonical,
        kernel_is_dense,
        window.sizes_fit(geometry),
        *accumulate.CONSTRAINTS,
    ),
    summary="Transposed 2-D convolution of any stride and padding.",
    headers=("tc_dot.h", "tc_requantize.h"),
)
