"""Our converter of ONNX's Resize: an image as TVM's operator, anything else axis by axis."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import Array
from tinycompile.frontend.onnx.operation import Converter, Operation

METHODS = {"nearest": "nearest_neighbor", "linear": "linear", "cubic": "cubic"}
REACH = {"linear": 1, "cubic": 2}  # of the weights of a sample, to either side
ROUNDED: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@dataclass(frozen=True)
class Axis:
    """One dimension to resize: `size` becomes `target`, by a `scale` that need not be their quotient."""

    index: int
    size: int
    target: int
    scale: float
    start: float = 0.0  # the part of it that is taken, of crops
    end: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether nothing changes."""
        return self.size == self.target and self.scale == 1 and (self.start, self.end) == (0, 1)


def _resize(o: Operation) -> relax.Expr:
    mode = o.attributes.get("mode", "nearest")
    if mode not in METHODS:
        raise UnsupportedOperator(f"mode is {mode!r}; known are {', '.join(METHODS)}")
    axes = [axis for axis in _axes(o) if not axis.is_whole]
    if not axes:
        return o.input(0)
    return _image(o, axes) if _is_image(o, axes) else _by_axis(o, axes)


def _is_image(o: Operation, axes: list[Axis]) -> bool:
    """Whether TVM's operator computes it: height and width of an image by quotients of its sizes."""
    exact = all(axis.index in (2, 3) and axis.target == axis.size * axis.scale for axis in axes)
    given = o.attributes
    special = given.get("antialias", 0) or given.get("exclude_outside", 0)
    return len(o.shape()) == 4 and exact and not special and _coordinates(o) in (
        "half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"
    )  # fmt: skip


def _coordinates(o: Operation) -> str:
    return str(o.attributes.get("coordinate_transformation_mode", "half_pixel"))


def _image(o: Operation, axes: list[Axis]) -> relax.Expr:
    mode, given, size = o.attributes.get("mode", "nearest"), o.attributes, list(o.shape())
    for axis in axes:
        size[axis.index] = axis.target
    return relax.op.image.resize2d(
        o.input(0),
        size[2:],
        layout="NCHW",
        method=METHODS[mode],
        coordinate_transformation_mode=_coordinates(o),
        rounding_method=given.get("nearest_mode", "round_prefer_floor")
        if mode == "nearest"
        else "",
        cubic_alpha=given.get("cubic_coeff_a", -0.75),
    )


def _axes(o: Operation) -> list[Axis]:
    shape, rank = o.shape(), len(o.shape())
    indices = [o.axis(axis, rank) for axis in o.attributes.get("axes", range(rank))]
    sizes = [shape[i] for i in indices]
    if o.input(3) is not None:
        targets = [int(size) for size in o.listed(3, "the size", len(indices))]
        scales = [target / size for target, size in zip(targets, sizes, strict=True)]
        policy = o.attributes.get("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch":
            scale = min(scales) if policy == "not_larger" else max(scales)
            scales = [scale] * len(scales)
            targets = [int(scale * size + 0.5) for size in sizes]
    else:
        scales = o.listed(2, "the scale", len(indices))
        targets = [int(np.floor(np.float32(s) * n)) for s, n in zip(scales, sizes, strict=True)]
    bounds = [(0.0, 1.0)] * len(indices)
    if _coordinates(o) == "tf_crop_and_resize":
        part = o.listed(1, "the part to crop", 2 * len(indices))
        bounds = list(zip(part[: len(indices)], part[len(indices) :], strict=True))
    return [
        Axis(index, size, target, scale, *part)
        for index, size, target, scale, part in zip(
            indices, sizes, targets, scales, bounds, strict=True
        )
    ]


def _by_axis(o: Operation, axes: list[Axis]) -> relax.Expr:
    """Samples of one axis after the other: values taken, or values times their weights."""
    result, outside = o.input(0), np.zeros((1,) * len(o.shape()), np.bool_)
    rank = len(o.shape())
    for axis in axes:
        at = _positions(axis, _coordinates(o))
        if _coordinates(o) == "tf_crop_and_resize":
            beyond = (at < 0) | (at > axis.size - 1)
            outside = outside | beyond.reshape([-1 if i == axis.index else 1 for i in range(rank)])
        result = o.builder.normalize(_sampled(o, result, axis, at))
    if not outside.any():
        return result
    value = relax.const(np.float32(o.attributes.get("extrapolation_value", 0.0)))
    shape = tuple(int(size) for size in result.ty.shape)
    return relax.op.where(relax.const(np.broadcast_to(outside, shape)), value, result)


def _positions(axis: Axis, mode: str) -> Array:
    """Where the samples lie among the values of the axis; computed in float32, as ONNX Runtime does."""
    one, half = np.float32(1), np.float32(0.5)
    y, size, scale = np.arange(axis.target, dtype=np.float32), axis.size, np.float32(axis.scale)
    if mode == "align_corners":
        if axis.target != scale * size:
            raise UnsupportedOperator(
                f"scale {axis.scale:g} of {size} with align_corners means different things to "
                "different runtimes; give the sizes instead"
            )
        return y * 0 if axis.target == 1 else y * np.float32(size - 1) / np.float32(axis.target - 1)
    if mode == "asymmetric":
        return y / scale
    if mode == "tf_crop_and_resize":
        span = np.float32(axis.end - axis.start) * (size - one)
        step = y / (axis.target - one) if axis.target != 1 else y * 0 + half
        return span * step + np.float32(axis.start) * (size - one)
    if mode == "pytorch_half_pixel" and axis.target == 1:
        return y * 0 - half
    if mode == "half_pixel_symmetric":
        shift = np.float32(size / 2 * (1 - axis.target / (float(axis.scale) * size)))
        return shift + (y + half) / scale - half
    if mode in ("half_pixel", "pytorch_half_pixel"):
        return (y + half) / scale - half
    raise UnsupportedOperator(f"coordinate_transformation_mode {mode!r} is not known")


def _sampled(o: Operation, data: relax.Expr, axis: Axis, at: Array) -> relax.Expr:
    mode = o.attributes.get("mode", "nearest")
    if mode == "nearest":
        rounding = o.attributes.get("nearest_mode", "round_prefer_floor")
        if rounding not in ROUNDED:
            raise UnsupportedOperator(f"nearest_mode {rounding!r} is not known")
        indices = np.clip(ROUNDED[rounding](at), 0, axis.size - 1).astype(np.int64)
        return relax.op.take(data, relax.const(indices), axis.index)
    weights = relax.const(_weights(o.attributes, mode, axis, at).T.astype(np.float32))
    rank = len(o.shape())
    if axis.index == rank - 1:
        return relax.op.matmul(data, weights)
    swapped = list(range(rank))
    swapped[axis.index], swapped[-1] = rank - 1, axis.index
    product = relax.op.matmul(relax.op.permute_dims(data, swapped), weights)
    return relax.op.permute_dims(product, swapped)


def _weights(given: dict[str, Any], mode: str, axis: Axis, at: Array) -> Array:
    """(samples, values): how much of each value is in each sample."""
    narrow = min(float(axis.scale), 1.0) if given.get("antialias", 0) else 1.0
    reach = int(np.ceil(REACH[mode] / narrow))
    taps = np.floor(at).astype(int)[:, None] + np.arange(1 - reach, reach + 1)
    distances = np.abs(taps - at[:, None]) * narrow
    if mode == "linear":
        shares = np.clip(1 - distances, 0, None)
    else:
        shares = _cubic(distances, float(given.get("cubic_coeff_a", -0.75)))
    if given.get("exclude_outside", 0):
        shares = np.where((taps < 0) | (taps >= axis.size), 0, shares)
    shares = shares / shares.sum(axis=1, keepdims=True)
    weights = np.zeros((axis.target, axis.size))
    rows = np.broadcast_to(np.arange(axis.target)[:, None], taps.shape)
    np.add.at(weights, (rows, np.clip(taps, 0, axis.size - 1)), shares)
    return weights


def _cubic(x: Array, a: float) -> Array:
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


CONVERTERS: dict[str, Converter] = {"Resize": _resize}
