"""Sums of products of int8 and int4 along rows of memory (runtime_c/mve/tc_mve_dense_s4.c): the table.

It is that of `dense`, but for weights: those of two channels of a set, or of a group, share their bytes.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.shared import accumulate, nibbles

MOST = 2**17 - 1  # products: of bytes and 16 times an int4, whose sum fits 32 bits


def products_are_few(match: Match) -> str | None:
    """A sum has at most 131071 products."""
    products = accumulate.filters(match).shape[1]
    return None if products <= MOST else f"it has {products}"


def call(known: Call) -> Call:
    """That of the kernel of int8 for the same with weights of int4."""
    of_int8: dict[str, Any] = known.params
    params = with_weights(of_int8, halved)
    return replace(known, params=params, saved=of_int8["packed"].nbytes - params["packed"].nbytes)


def in_int8(p: dict[str, Any]) -> dict[str, Any]:
    """`p` with the table of `dense`."""
    return with_weights(p, doubled)


def halved(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    pairs = weights.reshape(-1, 2, dense.CHUNK)
    return nibbles.joined(pairs[:, 0], pairs[:, 1])


def doubled(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.stack(nibbles.parted(weights.reshape(-1, dense.CHUNK)), axis=1)


def with_weights(
    p: dict[str, Any], change: Callable[[NDArray[np.int8]], NDArray[np.int8]]
) -> dict[str, Any]:
    """`p` with other weights in its table."""
    channels = p["output_c"] if "output_c" in p else p["output_n"]
    size, kinds, alike = p.get("together", dense.SET), 2 if p["scale"] else 3, p.get("alike", 0)
    once, table = np.split(p["packed"], [(kinds - 1) * size * alike])
    words, parts = size * (1 if alike else kinds), [once]
    for group in table.reshape(len(dense.sets(channels, size)), -1):
        weights, rest = np.split(group, [-words])
        changed = change(weights.astype("<i4").view(np.int8))
        parts += [np.ascontiguousarray(changed).ravel().view("<i4"), rest]
    return p | {"packed": np.concatenate(parts).astype(np.int32)}
