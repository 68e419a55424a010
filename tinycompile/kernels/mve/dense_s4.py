"""Sums of products of int8 and int4 along rows of memory (runtime_c/mve/tc_mve_dense_s4.c): the table.

It is that of `dense`, but for weights: those of two channels of a set share their bytes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Param
from tinycompile.kernel import Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.shared import accumulate, nibbles

MOST = 2**17 - 1  # products: of bytes and 16 times an int4, whose sum fits 32 bits


def products_are_few(match: Match) -> str | None:
    """A sum has at most 131071 products."""
    products = accumulate.filters(match).shape[1]
    return None if products <= MOST else f"it has {products}"


def fields(layer: dense.Layer) -> dict[str, Param]:
    """`scale`, `shift` and the table `packed`, the last fields of a kernel's struct."""
    requantized, words = dense.requantization(layer)
    chunks, parts = dense.in_chunks(layer.weights, dense.CHUNK), []
    for group in dense.sets(len(layer.weights)):
        low, high = (chunks[group.start + i : group.stop : 2] for i in range(2))
        both = np.ascontiguousarray(nibbles.joined(low, high).transpose(1, 0, 2))
        parts += [both.view("<i4").ravel(), words[:, group.start : group.stop].ravel()]
    return requantized | {"packed": np.concatenate(parts).astype(np.int32)}


def saved(weights: NDArray[np.int8]) -> int:
    """Bytes less than the same table of int8."""
    sets, chunks = len(dense.sets(len(weights))), -(-weights.shape[1] // dense.CHUNK)
    return int(sets * chunks * dense.SET * dense.CHUNK // 2)


def in_int8(p: dict[str, Any]) -> dict[str, Any]:
    """`p` with the table of `dense`."""
    channels = p["output_c"] if "output_c" in p else p["output_n"]
    groups, kinds = dense.sets(channels), 2 if p["scale"] else 3
    parts = []
    for of_group in p["packed"].reshape(len(groups), -1):
        weights, words = np.split(of_group, [-kinds * dense.SET])
        both = weights.astype("<i4").view(np.int8).reshape(-1, 2, dense.CHUNK)
        halves = np.stack(nibbles.parted(both), axis=2)
        parts += [np.ascontiguousarray(halves).view("<i4").ravel(), words]
    return p | {"packed": np.concatenate(parts).astype(np.int32)}
