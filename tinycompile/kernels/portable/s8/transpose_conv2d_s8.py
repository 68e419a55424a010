"""Transposed conv2d on int8: each output pixel gathers the input pixels whose kernels reach it.

The canonical form has NHWC activations and OHWI weights; padding is cut off the full result.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import accumulate, overlap, window
from tinycompile.kernels.shared.accumulate import Biased


def pattern(biased: Biased = accumulate.biased) -> Pattern:
    p = Pattern()
    weights = p.dequantize("weights", constant=True)
    conv = p.op("conv", "relax.nn.conv2d_transpose", p.dequantize("input"), weights)
    return p.quantize(biased(p, conv))


def kernel_is_dense(match: Match) -> str | None:
    """The kernel has one group and no dilation."""
    attrs = match.attrs("conv")
    groups, dilation = int(attrs.groups), tuple(map(int, attrs.dilation))
    return None if (groups, dilation) == (1, (1, 1)) else f"{groups} groups, dilation {dilation}"


def geometry(match: Match) -> dict[str, int]:
    sizes = window.convolution(match)
    return {name: size for name, size in sizes.items() if not name.startswith("dilation")}


def lower(match: Match) -> Call:
    return Call(
        inputs=("input",),
        params={**geometry(match)}
        | accumulate.zero_points_and_bounds(match)
        | {"weights": match.array("weights")}  # (O, H, W, I)
        | {"bias": accumulate.bias(match)}
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=macs(match),
    )


def macs(match: Match) -> int:
    return prod(match.shape("input")) * prod(match.shape("weights")[:3])


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    return accumulate.leave(p, sums(p, image - p["input_zero_point"]))


def sums(p: dict[str, Any], image: NDArray[np.int64]) -> NDArray[np.int64]:
    """Scatters: every input pixel adds a whole kernel to the full result, which is then cut."""
    ih, iw, kh, kw = p["input_h"], p["input_w"], p["kernel_h"], p["kernel_w"]
    sh, sw, top, left = p["stride_h"], p["stride_w"], p["pad_top"], p["pad_left"]
    oh, ow = p["output_h"], p["output_w"]
    weights = p["weights"].astype(np.int64)
    height, width = max((ih - 1) * sh + kh, top + oh), max((iw - 1) * sw + kw, left + ow)
    full = np.zeros((height, width, p["output_c"]), np.int64)
    for ky, kx in np.ndindex(kh, kw):
        rows, columns = slice(ky, ky + ih * sh, sh), slice(kx, kx + iw * sw, sw)
        full[rows, columns][:ih, :iw] += image @ weights[:, ky, kx].T
    total: NDArray[np.int64] = full[top : top + oh, left : left + ow] + p["bias"]
    return total


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
    per_image=True,
    overlaps=overlap.scattered(),
    summary="Transposed 2-D convolution of any stride and padding.",
)
