"""Bilinear resize on int8 whose output has the input's quantisation.

Positions and weights are fixed-point. TFLite rounds the ratio of the sizes to 10 fraction bits,
which a large output shows; a `rounding_method` of "tflite" asks for that, otherwise it has 16.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import wildcard

from tinycompile.call import Call, Param
from tinycompile.external import TFLITE_ROUNDING
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap

POSITION_BITS, WEIGHT_BITS = 16, 10
COORDINATES = ("asymmetric", "align_corners", "half_pixel", "pytorch_half_pixel")
LARGEST = 16383


def pattern() -> Pattern:
    p = Pattern()
    real = p.dequantize("input")
    resized = p.op("resize", "relax.image.resize2d", real, wildcard())
    return p.quantize(resized, clamped=False)


def resizes_nhwc(match: Match) -> str | None:
    """The input is NHWC."""
    layout = match.attrs("resize").layout
    return None if layout == "NHWC" else f"it is {layout}"


def method_is_linear(match: Match) -> str | None:
    """The method is linear; coordinates are asymmetric, align_corners or half_pixel."""
    attrs = match.attrs("resize")
    found = f"{attrs.method}, {attrs.coordinate_transformation_mode}"
    known = attrs.method == "linear" and attrs.coordinate_transformation_mode in COORDINATES
    return None if known else f"found {found}"


def images_are_small(match: Match) -> str | None:
    """Heights and widths are at most 16383."""
    largest = max(*match.shape("input")[1:3], *match.shape("resize")[1:3])
    return None if largest <= LARGEST else f"one is {largest}"


def grid(source: int, target: int, coordinates: str, bits: int) -> tuple[int, int]:
    """Step and origin of the output's pixels in the input, in units of 2**-bits."""
    if coordinates == "align_corners" and target > 1:
        source, target = source - 1, target - 1
    step = ((source << bits) + target // 2) // target
    if coordinates == "pytorch_half_pixel" and target == 1:
        return step, 0
    centred = coordinates in ("half_pixel", "pytorch_half_pixel")
    return step, step // 2 - (1 << bits - 1) if centred else 0


def lower(match: Match) -> Call:
    attrs = match.attrs("resize")
    _, ih, iw, channels = match.shape("input")
    _, oh, ow, _ = match.shape("resize")
    bits = WEIGHT_BITS if attrs.rounding_method == TFLITE_ROUNDING else POSITION_BITS
    params: dict[str, Param] = {
        "input_h": ih, "input_w": iw, "output_h": oh, "output_w": ow, "channels": channels,
    }  # fmt: skip
    for axis, source, target in (("h", ih, oh), ("w", iw, ow)):
        step, origin = grid(source, target, str(attrs.coordinate_transformation_mode), bits)
        params[f"scale_{axis}"] = step << (POSITION_BITS - bits)
        params[f"offset_{axis}"] = origin * (1 << POSITION_BITS - bits)
    return Call(inputs=("input",), params=params)


def mixing(p: dict[str, Any], axis: str) -> NDArray[np.int64]:
    """(output, input) weights along an axis; each row sums to 2**WEIGHT_BITS."""
    source, target = p[f"input_{axis}"], p[f"output_{axis}"]
    weights = np.zeros((target, source), np.int64)
    for i in range(target):
        at = Fraction(i * p[f"scale_{axis}"] + p[f"offset_{axis}"], 1 << POSITION_BITS)
        at = min(max(at, Fraction(0)), Fraction(source - 1))
        low = int(at)
        second = int((at - low) * (1 << WEIGHT_BITS))
        weights[i, low] += (1 << WEIGHT_BITS) - second
        weights[i, min(low + 1, source - 1)] += second
    return weights


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    readers = [last_reader(p, along) for along in "hw"]
    return (overlap.of_pixels(p, readers, 0),)


def last_reader(p: dict[str, Any], along: str) -> NDArray[np.int64]:
    """For each row or column of the input the last of the output that mixes it; -1: none."""
    made, read = mixing(p, along).nonzero()
    found = np.full(p[f"input_{along}"], -1, np.int64)
    np.maximum.at(found, read, made)
    return found


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    image = x.reshape(p["input_h"], p["input_w"], p["channels"]).astype(np.int64)
    sums = np.einsum("yi,xj,ijc->yxc", mixing(p, "h"), mixing(p, "w"), image)
    half = 1 << (2 * WEIGHT_BITS - 1)
    out: NDArray[np.int8] = np.sign(sums) * ((np.abs(sums) + half) >> 2 * WEIGHT_BITS)
    return out.astype(np.int8)


KERNEL = Kernel(
    "tc_resize_bilinear_s8",
    pattern,
    lower,
    reference,
    constraints=(
        resizes_nhwc,
        method_is_linear,
        accumulate.activations_are_int8,
        accumulate.quantisation_is_kept,
        images_are_small,
    ),
    per_image=True,
    bounds=bounds.monotone,
    overlaps=overlaps,
    summary="Bilinear resize; the output is quantised as the input.",
)
