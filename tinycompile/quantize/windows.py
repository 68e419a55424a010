"""Convolutions and pools in numpy, on many samples at once; NHWC, kernels OHWI."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.passes.rewriter import shape_of

Array = NDArray[Any]


def is_canonical(call: relax.Call) -> bool:
    """Whether a function of this file takes `call`."""
    attrs = call.attrs
    if hasattr(attrs, "kernel_layout"):
        grouped = "transpose" in str(call.op.name) and int(attrs.groups) > 1
        return (attrs.data_layout, attrs.kernel_layout) == ("NHWC", "OHWI") and not grouped
    averages_beyond = "avg" in str(call.op.name) and bool(attrs.ceil_mode)
    return attrs.layout == "NHWC" and not averages_beyond


def _taps(
    x: Array, call: relax.Call, size: tuple[int, int], filling: float
) -> Iterator[tuple[int, int, Array]]:
    """For every (ky, kx) of a window of `size`: the pixels (N, output_h, output_w, C) it sees."""
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
    padded = np.pad(x, widths, constant_values=filling)
    for ky in range(size[0]):
        for kx in range(size[1]):
            rows = slice(ky * dy, ky * dy + (output_h - 1) * sy + 1, sy)
            columns = slice(kx * dx, kx * dx + (output_w - 1) * sx + 1, sx)
            yield ky, kx, padded[:, rows, columns]


def _images(x: Array) -> Array:
    """(samples, batch, H, W, C) -> (samples * batch, H, W, C)"""
    return x.reshape(-1, *x.shape[2:])


def conv2d(call: relax.Call, operands: list[Array]) -> Array:
    x, weights = _images(operands[0]), operands[1][0]  # weights: (O, H, W, I / groups)
    groups, size = int(call.attrs.groups), (weights.shape[1], weights.shape[2])
    kernel = weights.reshape(len(weights), -1)
    if groups == x.shape[3] == len(weights):
        taps = (pixels for *_, pixels in _taps(x, call, size, 0))
        out = sum(pixels * kernel[:, i] for i, pixels in enumerate(taps))
    else:
        pairs = zip(columns(call, operands[0]), np.split(kernel, groups), strict=True)
        out = np.concatenate([pixels @ part.T for pixels, part in pairs], -1)
    return np.asarray(out).reshape(len(operands[0]), *shape_of(call))


def columns(call: relax.Call, x: Array) -> list[Array]:
    """For each group of a convolution what its products multiply weights with: (..., kh * kw * I)."""
    groups, (_, height, width, _) = int(call.attrs.groups), shape_of(call.args[1])
    taps = [
        np.split(pixels, groups, -1) for *_, pixels in _taps(_images(x), call, (height, width), 0)
    ]
    return [np.concatenate([tap[g] for tap in taps], -1) for g in range(groups)]


def conv2d_transpose(call: relax.Call, operands: list[Array]) -> Array:
    """Every input pixel adds a whole kernel to the full result, from which the padding is cut."""
    x, weights = _images(operands[0]), operands[1][0]  # weights: (O, H, W, I)
    attrs = call.attrs
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
            full[:, rows, columns] += x @ weights[:, ky, kx].T
    cut = full[:, top : top + output_h, left : left + output_w]
    return cut.reshape(len(operands[0]), *shape_of(call))


def max_pool2d(call: relax.Call, operands: list[Array]) -> Array:
    x = _images(operands[0])
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    height, width = (int(k) for k in call.attrs.pool_size)
    size = height, width
    out = np.maximum.reduce([pixels for *_, pixels in _taps(x, call, size, lowest)])
    return np.asarray(out).reshape(len(operands[0]), *shape_of(call))


def avg_pool2d(call: relax.Call, operands: list[Array]) -> Array:
    x = _images(operands[0])
    height, width = (int(k) for k in call.attrs.pool_size)
    total = sum(pixels for *_, pixels in _taps(x, call, (height, width), 0))
    count: Any = height * width
    if not call.attrs.count_include_pad:
        ones = np.ones((1, *x.shape[1:3], 1), np.float32)
        count = sum(pixels for *_, pixels in _taps(ones, call, (height, width), 0))
    return np.asarray(total / count).astype(x.dtype).reshape(len(operands[0]), *shape_of(call))
