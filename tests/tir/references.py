"""What the operators of the cases compute, in numpy."""

from typing import Any

import numpy as np

from tests.tir.runtime import Array

RANDOM = np.random.default_rng(5)
TABLES: dict[tuple[str, tuple[int, ...]], Array] = {}


def table(name: str, *shape: int) -> Array:
    """Some constant of `shape`, always the same."""
    return TABLES.setdefault((name, shape), RANDOM.normal(size=shape).astype(np.float32))


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array, axis: int = -1) -> Array:
    power = np.exp(x - x.max(axis, keepdims=True))
    return power / power.sum(axis, keepdims=True)


def normalized(x: Array, axes: Any, epsilon: float = 1e-5) -> Array:
    centred = x - x.mean(axes, keepdims=True)
    return centred / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def convolution(x: Array, w: Array, pad: int, stride: int) -> Array:  # NHWC, HWIO
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[:2], (1, 2))
    return np.einsum("nhwcyx,yxco->nhwo", windows[:, ::stride, ::stride], w)


def spread(x: Array, w: Array, stride: int, pad: int, rest: int) -> Array:  # NCHW, IOHW
    """A transposed convolution: every element of x adds its window to the output."""
    (_, _, height, width), (_, outputs, kh, kw) = x.shape, w.shape
    full = np.zeros(
        (1, outputs, (height - 1) * stride + kh + rest, (width - 1) * stride + kw + rest), x.dtype
    )
    for i in range(height):
        for j in range(width):
            window = np.einsum("nc,cokl->nokl", x[:, :, i, j], w)
            full[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw] += window
    return full[:, :, pad : full.shape[2] - pad, pad : full.shape[3] - pad]


def bilinear(x: Array, height: int, width: int, corners: bool = False) -> Array:
    """Half-pixel centres, edges repeated; or corners on corners."""

    def along(x: Array, axis: int, size: int) -> Array:
        last = x.shape[axis] - 1
        at = (np.arange(size) + 0.5) * x.shape[axis] / size - 0.5
        at = np.arange(size) * last / (size - 1) if corners else at
        low = np.floor(at).astype(int)
        share = (at - low).reshape([-1 if a == axis else 1 for a in range(x.ndim)])
        first, second = np.clip(low, 0, last), np.clip(low + 1, 0, last)
        return x.take(first, axis) * (1 - share) + x.take(second, axis) * share

    return along(along(x, 1, height), 2, width)


def steps(x: Array, scale: float, zero_point: int) -> Array:
    quotient = np.rint(x.astype(np.float32) / np.float32(scale))
    return np.clip(quotient + zero_point, -128, 127).astype(np.int8)


def dequantized(x: Array, scale: float, zero_point: int) -> Array:
    return (x.astype(np.int32) - zero_point) * np.float32(scale)


def of_integers(x: Array) -> Array:
    value = dequantized(x, 0.1, 3)
    return steps(value * sigmoid(value), 0.05, -5)


def norm_and_swish_reference(x: Array) -> Array:
    norm = normalized(x, -1) * table("gamma", 16) + table("beta", 16)
    return norm * sigmoid(norm)


def top(x: Array, k: int, axis: int) -> tuple[Array, Array]:
    order = np.argsort(-x, axis, kind="stable").take(range(k), axis)
    return np.take_along_axis(x, order, axis), order.astype(np.int64)
