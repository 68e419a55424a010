"""DFT and STFT as products with a constant matrix: sines and cosines of the sizes that are known here."""

import numpy as np

from tinycompile.frontend.onnx.graph import Array
from tinycompile.frontend.onnx.replacing import Replacement

FIRST_WITH_AXIS_INPUT = 20  # the opset; before it, the axis is an attribute, 1 by default


def dft(r: Replacement) -> bool:
    shape, length = r.shape(0), _given(r, 1)
    if shape is None or (r.input(1) and length is None):
        return False
    if r.graph.opset < FIRST_WITH_AXIS_INPUT:
        axis = r.attributes.get("axis", 1)
    else:
        axis = -2 if not r.input(2) else _given(r, 2)
    if axis is None:
        return False
    axis %= len(shape)
    inverse, onesided = (bool(r.attributes.get(name, 0)) for name in ("inverse", "onesided"))
    back = inverse and onesided
    size = length or (2 * (shape[axis] - 1) if back else shape[axis])
    taken = size // 2 + 1 if back else size
    matrix = _synthesis(size) if back else _analysis(size, shape[-1], inverse, onesided)
    value = _fitted(r, r.input(0), shape, axis, taken)
    order = [i for i in range(len(shape) - 1) if i != axis] + [axis, len(shape) - 1]
    value = _turned(r, value, order)
    leading = [shape[i] for i in order[:-2]]
    value = _product(r, value, leading, taken * shape[-1], matrix)
    _turned(r, value, [int(i) for i in np.argsort(order)], output=r.node.output[0])
    return True


def stft(r: Replacement) -> bool:
    """Of frames that are gathered, and weighted by the window."""
    shape, step, length = r.shape(0), _given(r, 1), _given(r, 3)
    if shape is None or step is None:
        return False
    window = r.shape(2) if r.input(2) else None
    size = length or (window[0] if window else None)
    if size is None:
        return False
    count = (shape[1] - size) // step + 1
    places = step * np.arange(count)[:, None] + np.arange(size)
    frames = r.emit("Gather", r.input(0), r.constant("frames", places, np.int64), axis=1)
    if window:
        axes = r.constant("window_shape", [size, 1], np.int64)
        frames = r.emit("Mul", frames, r.emit("Reshape", r.input(2), axes))
    channels = shape[2] if len(shape) > 2 else 1
    matrix = _analysis(size, channels, False, bool(r.attributes.get("onesided", 1)))
    leading = [shape[0], count]
    _product(r, frames, leading, size * channels, matrix, output=r.node.output[0])
    return True


def _given(r: Replacement, index: int) -> int | None:
    value = r.value(index)
    return None if value is None else int(value.reshape(-1)[0])


def _turned(r: Replacement, value: str, order: list[int], output: str = "") -> str:
    if order == sorted(order) and not output:
        return value
    return r.emit("Transpose", value, output=output, perm=order)


def _fitted(r: Replacement, value: str, shape: tuple[int, ...], axis: int, size: int) -> str:
    """`value` cut off, or padded with zeros, to `size` along the axis."""
    if shape[axis] == size:
        return value
    pads = np.zeros((2, len(shape)), np.int64)
    pads[1, axis] = size - shape[axis]
    return r.emit("Pad", value, r.constant("pads", pads.reshape(-1)))


def _product(
    r: Replacement, value: str, leading: list[int], width: int, matrix: Array, output: str = ""
) -> str:
    """The last two dimensions, as one of `width`, times a matrix (in, out, parts of a number)."""
    rows = r.emit("Reshape", value, r.constant("rows", [*leading, width], np.int64))
    parts = matrix.shape[1:]
    factor = r.constant("matrix", matrix.reshape(width, -1), np.float32)
    product = r.emit("MatMul", rows, factor)
    return r.emit(
        "Reshape", product, r.constant("parts", [*leading, *parts], np.int64), output=output
    )


def _analysis(size: int, channels: int, inverse: bool, onesided: bool) -> Array:
    """(values and their parts, frequencies, 2): what each value adds to each frequency."""
    frequencies = size // 2 + 1 if onesided else size
    turns = np.outer(np.arange(size), np.arange(frequencies)) % size / size
    rotation = np.exp((2j if inverse else -2j) * np.pi * turns) / (size if inverse else 1)
    real = np.stack([rotation.real, rotation.imag], -1)
    imaginary = np.stack([-rotation.imag, rotation.real], -1)
    return np.stack([real, imaginary][:channels], 1).reshape(size * channels, frequencies, 2)


def _synthesis(size: int) -> Array:
    """(frequencies and their two parts, values, 1): a real signal of half its spectrum."""
    half = size // 2 + 1
    turns = np.outer(np.arange(half), np.arange(size)) % size / size
    often = np.where((np.arange(half) == 0) | (2 * np.arange(half) == size), 1, 2)[:, None] / size
    waves = [np.cos(2 * np.pi * turns) * often, -np.sin(2 * np.pi * turns) * often]
    return np.stack(waves, 1).reshape(2 * half, size, 1)
