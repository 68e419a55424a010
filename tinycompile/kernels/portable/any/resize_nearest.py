"""Nearest-neighbour resize of any type; which row and column a pixel copies is worked out here."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import wildcard

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import resize_bilinear_s8
from tinycompile.kernels.shared import bounds, window

HALF = Fraction(1, 2)
# ONNX names and Relax's own; positions are never negative where "round" is asked for.
ROUNDINGS = {
    "floor": floor,
    "ceil": ceil,
    "round": lambda at: floor(at + HALF),
    "round_prefer_ceil": lambda at: floor(at + HALF),
    "round_prefer_floor": lambda at: ceil(at - HALF),
}
COORDINATES = (*resize_bilinear_s8.COORDINATES, "tf_half_pixel_for_nn")


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("resize", "relax.image.resize2d", p.tensor("input"), wildcard()))


def method_is_nearest(match: Match) -> str | None:
    """The method is nearest_neighbor, with coordinates and rounding as ONNX or TFLite have them."""
    attrs = match.attrs("resize")
    known = (
        attrs.method == "nearest_neighbor"
        and attrs.coordinate_transformation_mode in COORDINATES
        and attrs.rounding_method in ROUNDINGS
    )
    found = f"{attrs.method}, {attrs.coordinate_transformation_mode}, {attrs.rounding_method}"
    return None if known else f"found {found}"


def images_are_small(match: Match) -> str | None:
    """Heights, widths and channels are below 32768."""
    largest = max(*match.shape("input"), *match.shape("resize"))
    return None if largest <= window.INT16_MAX else f"one is {largest}"


def position(i: int, source: int, target: int, coordinates: str) -> Fraction:
    """Where output pixel `i` lies in the input, with TFLite's float32 where it has that mode."""
    if coordinates in ("half_pixel", "pytorch_half_pixel"):
        if coordinates == "pytorch_half_pixel" and target == 1:
            return Fraction(0)
        return Fraction((2 * i + 1) * source, 2 * target) - HALF
    if coordinates == "align_corners" and target > 1:
        source, target = source - 1, target - 1
    offset = 0.5 if coordinates == "tf_half_pixel_for_nn" else 0.0
    scale = np.float32(source) / np.float32(target)
    return Fraction(float(np.float32(i + offset) * scale))


def sources(source: int, target: int, coordinates: str, rounding: str) -> NDArray[np.int16]:
    """The input pixel that each output pixel copies."""
    nearest = ROUNDINGS[rounding]
    found = [nearest(position(i, source, target, coordinates)) for i in range(target)]
    return np.array(np.clip(found, 0, source - 1), np.int16)


def lower(match: Match) -> Call:
    attrs = match.attrs("resize")
    _, ih, iw, channels = match.shape("input")
    _, oh, ow, _ = match.shape("resize")
    modes = str(attrs.coordinate_transformation_mode), str(attrs.rounding_method)
    return Call(
        inputs=("input",),
        params={
            "input_w": iw, "output_h": oh, "output_w": ow,
            "pixel_size": channels * np.dtype(match.dtype("input")).itemsize,
            "rows": sources(ih, oh, *modes), "columns": sources(iw, ow, *modes),
        },
    )  # fmt: skip


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    down = np.arange(p["output_h"]) * p["output_w"] - p["rows"] * p["input_w"]
    across = np.arange(p["output_w"]) - p["columns"]
    return (max(0, int(down.max() + across.max()) * p["pixel_size"]),)


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    image = x.reshape(-1, p["input_w"], p["pixel_size"] // x.itemsize)
    return np.asarray(image[np.ix_(p["rows"], p["columns"])])


KERNEL = Kernel(
    "tc_resize_nearest",
    pattern,
    lower,
    reference,
    constraints=(
        resize_bilinear_s8.resizes_nhwc,
        method_is_nearest,
        images_are_small,
    ),
    per_image=True,
    bounds=bounds.monotone,
    rows=row_form.resized,
    overlaps=overlaps,
    summary="Nearest-neighbour resize.",
)
