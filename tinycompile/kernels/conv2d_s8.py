"""conv2d on int8: any stride, dilation, padding and number of groups."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import accumulate
from tinycompile.program import Call

INT16_MAX = 2**15 - 1


def pattern() -> Pattern:
    p = Pattern()
    conv = p.op(
        "conv", "relax.nn.conv2d", p.dequantize("input"), p.dequantize("weights", constant=True)
    )
    biased = p.op("biased", "relax.add", conv, p.dequantize("bias", constant=True))
    return p.quantize(biased | conv)


def layouts_are_canonical(match: Match) -> str | None:
    """Activations are NHWC and weights OHWI."""
    attrs = match.attrs("conv")
    found = f"{attrs.data_layout} and {attrs.kernel_layout}"
    return None if found == "NHWC and OHWI" else f"layouts are {found}"


def geometry(match: Match) -> dict[str, int]:
    """The sizes that all convolutions state: input, output, kernel, stride, dilation, leading padding."""
    _, ih, iw, ic = match.shape("input")
    _, oh, ow, oc = match.shape("conv")
    _, kh, kw, _ = match.shape("weights")
    attrs = match.attrs("conv")
    (sh, sw), (dh, dw) = map(int, attrs.strides), map(int, attrs.dilation)
    top, left = (int(p) for p in attrs.padding[:2])
    return {
        "input_h": ih, "input_w": iw, "input_c": ic,
        "output_h": oh, "output_w": ow, "output_c": oc,
        "kernel_h": kh, "kernel_w": kw,
        "stride_h": sh, "stride_w": sw,
        "dilation_h": dh, "dilation_w": dw,
        "pad_top": top, "pad_left": left,
    }  # fmt: skip


def sizes_fit(match: Match) -> str | None:
    """Every size is below 32768."""
    sizes = geometry(match)
    name = max(sizes, key=sizes.__getitem__)
    return None if sizes[name] <= INT16_MAX else f"{name} is {sizes[name]}"


def lower(match: Match) -> Call:
    weights = match.array("weights")  # (O, H, W, I / groups)
    return Call(
        inputs=("input",),
        params={**geometry(match)}
        | {"groups": int(match.attrs("conv").groups)}
        | accumulate.zero_points_and_bounds(match)
        | {"weights": weights, "bias": accumulate.bias(match)}
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=prod(match.shape("conv")) * prod(weights.shape[1:]),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    image = image - p["input_zero_point"]
    out = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int64)
    group_in, group_out = p["input_c"] // p["groups"], p["output_c"] // p["groups"]
    for y, x_, c in np.ndindex(out.shape):
        first = c // group_out * group_in
        total = int(p["bias"][c])
        for ky, kx in np.ndindex(p["kernel_h"], p["kernel_w"]):
            iy = y * p["stride_h"] - p["pad_top"] + ky * p["dilation_h"]
            ix = x_ * p["stride_w"] - p["pad_left"] + kx * p["dilation_w"]
            if 0 <= iy < p["input_h"] and 0 <= ix < p["input_w"]:
                pixel = image[iy, ix, first : first + group_in]
                total += int(pixel @ p["weights"][c, ky, kx].astype(np.int64))
        out[y, x_, c] = total
    return accumulate.leave(p, out)


KERNEL = Kernel(
    "tc_conv2d_s8",
    pattern,
    lower,
    reference,
    constraints=(layouts_are_canonical, sizes_fit, *accumulate.CONSTRAINTS),
    summary="2-D convolution of any stride, dilation, padding and number of groups.",
    headers=("tc_requantize.h",),
)
