"""Constants that a TFLite file holds without their zeros, for DENSIFY, as dense ones.

The file lists the levels at which the values lie: the dimensions, split into blocks or not, in some order. A
level is dense, with all its places, or sparse, with those that are listed.
"""

from typing import Any

import numpy as np
import tflite

from tinycompile.errors import InvalidModel

VECTORS = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
DENSE = 0  # tflite.DimensionType


def dense_values(tensor: Any, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """All values of `tensor`, of which the file has `values`. Raises InvalidModel if they do not fit."""
    sparsity = tensor.Sparsity()
    order = _vector(sparsity, "TraversalOrder")
    blocks = _vector(sparsity, "BlockMap")
    if sorted(order) != [*range(len(shape) + len(blocks))] or len(order) != (
        sparsity.DimMetadataLength()
    ):
        raise InvalidModel(f"damaged file: the levels of a sparse tensor are {order.tolist()}")
    at, places = np.zeros(1, np.int64), dict[int, np.ndarray]()
    sizes: dict[int, int] = {}
    for level, dimension in enumerate(order.tolist()):
        row, indices, at, size = _step(sparsity.DimMetadata(level), at)
        places = {d: p[row] for d, p in places.items()} | {dimension: indices}
        sizes[dimension] = size
    within = {int(d): len(shape) + k for k, d in enumerate(blocks)}
    where = [
        places[d] * sizes[within[d]] + places[within[d]] if d in within else places[d]
        for d in range(len(shape))
    ]
    outside = any((w < 0).any() or (w >= size).any() for w, size in zip(where, shape, strict=True))
    if outside or at.max(initial=-1) >= values.size:
        raise InvalidModel("damaged file: a value of a sparse tensor lies outside of it")
    result = np.zeros(shape, values.dtype)
    result[tuple(where)] = values[at]
    return result


def _step(level: Any, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Of the places `at` the level above: whose each new one is, its index, its place; the level's size."""
    if level.Format() == DENSE:
        size = level.DenseSize()
        row = np.repeat(np.arange(at.size), size)
        indices = np.tile(np.arange(size), at.size)
        return row, indices, at[row] * size + indices, size
    segments, listed = (_table(level, name) for name in ("ArraySegments", "ArrayIndices"))
    if at.max(initial=0) + 1 >= segments.size or (np.diff(segments) < 0).any():
        raise InvalidModel("damaged file: the segments of a sparse tensor do not fit together")
    if segments[-1] > listed.size:
        raise InvalidModel("damaged file: the indices of a sparse tensor are cut short")
    counts = segments[at + 1] - segments[at]
    row = np.repeat(np.arange(at.size), counts)
    first = np.cumsum(counts) - counts
    place = segments[at][row] + np.arange(row.size) - first[row]
    return row, listed[place], place, int(listed.max(initial=0)) + 1


def _vector(sparsity: Any, name: str) -> np.ndarray:
    if not getattr(sparsity, f"{name}Length")():
        return np.zeros(0, np.int64)
    return np.asarray(getattr(sparsity, f"{name}AsNumpy")(), np.int64)


def _table(level: Any, name: str) -> np.ndarray:
    table, kind = getattr(level, name)(), getattr(level, f"{name}Type")()
    if table is None or kind not in VECTORS:
        return np.zeros(0, np.int64)
    vector = VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    found = vector.ValuesAsNumpy() if vector.ValuesLength() else np.zeros(0)
    return np.asarray(found, np.int64)
