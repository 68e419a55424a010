"""conv2d on int8: any stride, dilation, padding and number of groups."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, overlap, window
from tinycompile.kernels.shared.accumulate import Biased


def pattern(biased: Biased = accumulate.biased) -> Pattern:
    p = Pattern()
    conv = p.op(
        "conv", "relax.nn.conv2d", p.dequantize("input"), p.dequantize("weights", constant=True)
    )
    return p.quantize(biased(p, conv))


def layouts_are_canonical(match: Match) -> str | None:
    """Activations are NHWC and weights OHWI."""
    attrs = match.attrs("conv")
    found = f"{attrs.data_layout} and {attrs.kernel_layout}"
    return None if found == "NHWC and OHWI" else f"layouts are {found}"


def lower(match: Match) -> Call:
    return Call(
        inputs=("input",),
        params={**window.convolution(match)}
        | {"groups": int(match.attrs("conv").groups)}
        | accumulate.zero_points_and_bounds(match)
        | {"weights": match.array("weights")}  # (O, H, W, I / groups)
        | {"bias": accumulate.bias(match)}
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=macs(match),
    )


def macs(match: Match) -> int:
    return prod(match.shape("conv")) * prod(match.shape("weights")[1:])


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    return accumulate.leave(p, sums(p, image - p["input_zero_point"]))


def sums(p: dict[str, Any], image: NDArray[Any]) -> NDArray[Any]:
    """(output_h, output_w, output_c) of products with (H, W, C), in the type of `image`, and the bias."""
    groups, weights = p["groups"], p["weights"].astype(image.dtype)
    total: NDArray[Any] = (
        np.zeros((p["output_h"], p["output_w"], p["output_c"]), image.dtype) + p["bias"]
    )
    for ky, kx, where, pixels in window.taps(p, image):
        parts = zip(np.split(pixels, groups, -1), np.split(weights[:, ky, kx], groups), strict=True)
        total[where] += np.concatenate([part @ w.T for part, w in parts], -1)
    return total


KERNEL = Kernel(
    "tc_conv2d_s8",
    pattern,
    lower,
    reference,
    constraints=(
        layouts_are_canonical,
        window.sizes_fit(window.convolution),
        *accumulate.CONSTRAINTS,
    ),
    per_image=True,
    rows=row_form.windows,
    overlaps=overlap.windows(),
    summary="2-D convolution of any stride, dilation, padding and number of groups.",
)
