"""Convolutions, pools and resizes in numpy, on many samples at once; NHWC, kernels OHWI."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.kernels.portable.any.resize_nearest import position, sources
from tinycompile.rewriting.expressions import shape_of

Array = NDArray[Any]
CACHED = 1 << 17  # elements that a convolution's products read at a time


def is_canonical(call: relax.Call) -> bool:
    """Whether a function of this file takes `call`."""
    attrs = call.attrs
    if hasattr(attrs, "kernel_layout"):
        return (attrs.data_layout, attrs.kernel_layout) == ("NHWC", "OHWI")
    if str(call.op.name) == "relax.image.resize2d":
        return attrs.layout == "NHWC" and attrs.method in ("nearest_neighbor", "linear")
    averages_beyond = "avg" in str(call.op.name) and bool(attrs.ceil_mode)
    return attrs.layout == "NHWC" and not averages_beyond


@dataclass(frozen=True)
class _Windows:
    """Images padded as far as windows of `size` on them reach: (N, H, W, C)."""

    padded: Array
    size: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    output: tuple[int, int]

    @classmethod
    def of(cls, call: relax.Call, x: Array, size: tuple[int, int], filling: float) -> "_Windows":
        attrs = call.attrs
        top, left, bottom, right = (int(p) for p in attrs.padding)
        (sy, sx), (dy, dx) = map(int, attrs.strides), map(int, attrs.dilation)
        output_h, output_w = shape_of(call)[1:3]
        needed = (
            (output_h - 1) * sy + (size[0] - 1) * dy + 1,
            (output_w - 1) * sx + (size[1] - 1) * dx + 1,
        )
        below = max(bottom, needed[0] - x.shape[1] - top)  # ceil_mode looks beyond the padding
        beyond = max(right, needed[1] - x.shape[2] - left)
        widths = ((0, 0), (top, below), (left, beyond), (0, 0))
        padded = np.pad(x, widths, constant_values=filling) if np.any(widths) else x
        return cls(padded, size, (sy, sx), (dy, dx), (output_h, output_w))

    def taps(self) -> Iterator[Array]:
        """For every (ky, kx) of the window: the pixels (N, output_h, output_w, C) it sees."""
        (sy, sx), (dy, dx), (output_h, output_w) = self.strides, self.dilation, self.output
        for ky in range(self.size[0]):
            for kx in range(self.size[1]):
                rows = slice(ky * dy, ky * dy + (output_h - 1) * sy + 1, sy)
                columns = slice(kx * dx, kx * dx + (output_w - 1) * sx + 1, sx)
                yield self.padded[:, rows, columns]

    def view(self) -> Array:
        """What each window sees, (N, output_h, output_w, kh, kw, C), without a copy."""
        (sy, sx), (dy, dx) = self.strides, self.dilation
        n, y, x, c = self.padded.strides
        shape = (len(self.padded), *self.output, *self.size, self.padded.shape[3])
        strides = (n, y * sy, x * sx, y * dy, x * dx, c)
        return np.lib.stride_tricks.as_strided(self.padded, shape, strides, writeable=False)


def _images(x: Array) -> Array:
    """(samples, batch, H, W, C) -> (samples * batch, H, W, C)"""
    return x.reshape(-1, *x.shape[2:])


def conv2d(call: relax.Call, operands: list[Array]) -> Array:
    x, weights = _images(operands[0]), operands[1][0]  # weights: (O, H, W, I / groups)
    groups, (filters, height, width, _) = int(call.attrs.groups), weights.shape
    kernel = weights.reshape(filters, -1)
    output_h, output_w = shape_of(call)[1:3]
    out = np.empty((len(x), output_h, output_w, filters), np.result_type(x, weights))
    depthwise = groups == x.shape[3] == filters
    for image, result in zip(x, out, strict=True):  # one at a time stays in a processor's cache
        windows = _Windows.of(call, image[None], (height, width), 0)
        if depthwise:
            _add_taps(windows, kernel, result)
        else:
            _multiply(windows.view()[0], np.split(kernel, groups), result)
    return out.reshape(len(operands[0]), *shape_of(call))


def _add_taps(windows: _Windows, kernel: Array, out: Array) -> None:
    product = np.empty_like(out)
    for i, pixels in enumerate(windows.taps()):
        np.multiply(pixels[0], kernel[:, i], out=product if i else out)
        if i:
            out += product


def _multiply(seen: Array, kernels: list[Array], out: Array) -> None:
    """`out` (H, W, O) of `seen` (H, W, kh, kw, C); as many rows at once as fit a processor's cache."""
    rows = max(1, CACHED // max(1, prod(seen.shape[1:])))
    parts = np.split(seen, len(kernels), -1)
    results = np.split(out, len(kernels), -1)
    for part, kernel, result in zip(parts, kernels, results, strict=True):
        for first in range(0, len(out), rows):
            block = part[first : first + rows]
            flat = block.reshape(-1, kernel.shape[1])
            result[first : first + rows] = (flat @ kernel.T).reshape(*block.shape[:2], -1)


def columns(call: relax.Call, x: Array, most: int) -> list[Array]:
    """For each group of a convolution what its products multiply weights with: (rows, kh * kw * I).

    Of more than `most` windows those that `evenly` chooses.
    """
    groups, (_, height, width, _) = int(call.attrs.groups), shape_of(call.args[1])
    seen = _Windows.of(call, _images(x), (height, width), 0).view()
    count = prod(seen.shape[:3])
    chosen = np.unravel_index(evenly(np.arange(count), most), seen.shape[:3])
    parts = np.split(seen, groups, -1)
    return [part[chosen].reshape(len(chosen[0]), -1) for part in parts]


def evenly(rows: Array, most: int) -> Array:
    """`rows`, or of more than `most` evenly spaced ones: at least so many."""
    return rows[:: max(1, len(rows) // most)]


def conv2d_transpose(call: relax.Call, operands: list[Array]) -> Array:
    """Every input pixel adds a whole kernel to the full result, from which the padding is cut."""
    x, weights = _images(operands[0]), operands[1][0]  # weights: (O / groups, H, W, I)
    attrs, groups = call.attrs, int(call.attrs.groups)
    top, left = (int(p) for p in attrs.padding[:2])
    (sy, sx), (dy, dx) = map(int, attrs.strides), map(int, attrs.dilation)
    (_, kernel_h, kernel_w, _), (_, output_h, output_w, channels) = weights.shape, shape_of(call)
    height = max((x.shape[1] - 1) * sy + (kernel_h - 1) * dy + 1, top + output_h)
    width = max((x.shape[2] - 1) * sx + (kernel_w - 1) * dx + 1, left + output_w)
    full = np.zeros((len(x), height, width, channels), np.float32)
    for ky in range(kernel_h):
        for kx in range(kernel_w):
            rows = slice(ky * dy, ky * dy + (x.shape[1] - 1) * sy + 1, sy)
            columns = slice(kx * dx, kx * dx + (x.shape[2] - 1) * sx + 1, sx)
            parts = zip(
                np.split(x, groups, -1), np.split(weights[:, ky, kx], groups, 1), strict=True
            )
            full[:, rows, columns] += np.concatenate([part @ w.T for part, w in parts], -1)
    cut = full[:, top : top + output_h, left : left + output_w]
    return cut.reshape(len(operands[0]), *shape_of(call))


def max_pool2d(call: relax.Call, operands: list[Array]) -> Array:
    x = _images(operands[0])
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    taps = _Windows.of(call, x, _pool_size(call), lowest).taps()
    return reduce(np.maximum, taps).reshape(len(operands[0]), *shape_of(call))


def avg_pool2d(call: relax.Call, operands: list[Array]) -> Array:
    x, size = _images(operands[0]), _pool_size(call)
    total = sum(_Windows.of(call, x, size, 0).taps())
    count: Any = size[0] * size[1]
    if not call.attrs.count_include_pad:
        ones = np.ones((1, *x.shape[1:3], 1), np.float32)
        count = sum(_Windows.of(call, ones, size, 0).taps())
    return np.asarray(total / count).astype(x.dtype).reshape(len(operands[0]), *shape_of(call))


def _pool_size(call: relax.Call) -> tuple[int, int]:
    height, width = (int(k) for k in call.attrs.pool_size)
    return height, width


def resize2d(call: relax.Call, operands: list[Array]) -> Array:
    x, attrs = operands[0], call.attrs
    modes = str(attrs.coordinate_transformation_mode), str(attrs.rounding_method)
    for axis, target in ((2, shape_of(call)[1]), (3, shape_of(call)[2])):
        if attrs.method == "nearest_neighbor":
            x = np.take(x, sources(x.shape[axis], target, *modes), axis)
        else:
            x = _interpolated(x, axis, target, modes[0])
    return x


def _interpolated(x: Array, axis: int, target: int, coordinates: str) -> Array:
    source = x.shape[axis]
    at = [float(position(i, source, target, coordinates)) for i in range(target)]
    places = np.clip(at, 0, source - 1)
    low = places.astype(int)
    along = [1] * x.ndim
    along[axis] = -1
    share = (places - low).astype(np.float32).reshape(along)
    lower, upper = (np.take(x, i, axis) for i in (low, np.minimum(low + 1, source - 1)))
    return np.asarray(lower + (upper - lower) * share)
