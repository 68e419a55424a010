"""Weights as indices of codebooks: fewer bits in flash, decoded by the kernels that read them.

An index has 1, 2 or 4 bits, so that a byte holds a whole number of them; every output channel begins a byte.
One codebook serves the whole layer, or each output channel has one, whichever takes fewer bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Match
from tinycompile.kernels.shared import accumulate

BITS = (1, 2, 4)
MOST = 2 ** BITS[-1]  # values of a codebook
WORTH = 64  # bytes that packing must save, to be worth its time


@dataclass(frozen=True)
class Packed:
    """`codebooks` are (1 or channels, 2**bits), `indices` (channels, bytes of a channel)."""

    bits: int
    codebooks: NDArray[np.int8]
    indices: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.codebooks.nbytes + self.indices.nbytes


def pays(channels: int, products: int, values: int) -> bool:
    """Whether weights of so many `values` a layer are smaller packed, and by enough."""
    bits = next(bits for bits in BITS if values <= 2**bits)
    packed = channels * -(-products * bits // 8) + 2**bits
    return bool(channels * products - packed >= WORTH)


def pack(filters: NDArray[np.int8]) -> Packed | None:
    """(channels, products in a sum) packed into the fewest bytes; None where values are too many."""
    whole = [np.unique(filters)]
    each = [np.unique(row) for row in filters]
    fitting = [books for books in (whole, each) if _most(books) <= MOST]
    found = [_packed(filters, books) for books in fitting]
    return min(found, key=lambda packed: packed.nbytes, default=None)


def _most(books: Sequence[NDArray[np.int8]]) -> int:
    return max(len(book) for book in books)


def _packed(filters: NDArray[np.int8], books: Sequence[NDArray[np.int8]]) -> Packed:
    bits = next(bits for bits in BITS if _most(books) <= 2**bits)
    codebooks = np.zeros((len(books), 2**bits), np.int8)
    for codebook, book in zip(codebooks, books, strict=True):
        codebook[: len(book)] = book
    pairs = ((row, books[i % len(books)]) for i, row in enumerate(filters))
    indices = np.stack([np.searchsorted(book, row) for row, book in pairs])
    return Packed(bits, codebooks, joined(indices, bits))


def joined(indices: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """(rows, n) indices as bytes (rows, bytes), the first the lowest bits of its byte."""
    per_byte = 8 // bits
    padded = np.pad(indices, ((0, 0), (0, -indices.shape[1] % per_byte)))
    parts = padded.reshape(len(indices), -1, per_byte) << (np.arange(per_byte) * bits)
    return np.asarray(parts.sum(axis=2), np.uint8)


def split(data: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """The indices, (rows, as many as there is room for), in bytes (rows, bytes)."""
    parts = data[..., None] >> (np.arange(8 // bits, dtype=np.uint8) * bits)
    return np.asarray(parts & (2**bits - 1), np.uint8).reshape(len(data), -1)


def weights(p: dict[str, Any], count: int) -> NDArray[np.int8]:
    """What a kernel's parameters stand for: (channels, `count` products in a sum)."""
    codebooks = p["codebook"].reshape(-1, 2 ** p["bits"])
    indices = split(p["weights"], p["bits"])[:, :count]
    channels = np.arange(len(indices)) if p["codebook_step"] else np.zeros(len(indices), int)
    return np.asarray(codebooks[channels[:, None], indices], np.int8)


def of(match: Match) -> Packed:
    """The packed weights of an operator that the constraints have let through."""
    packed = pack(accumulate.filters(match))
    assert packed is not None
    return packed


def values_are_few(match: Match) -> str | None:
    """The weights of the layer, or of each output channel, have at most 16 values."""
    filters = accumulate.filters(match)
    if pack(filters) is not None:
        return None
    return f"they have {len(np.unique(filters))}, up to {_most([np.unique(f) for f in filters])} a channel"


def packing_pays(match: Match) -> str | None:
    """Packed, the weights take at least 64 bytes less."""
    filters = accumulate.filters(match)
    packed = pack(filters)
    saved = 0 if packed is None else filters.nbytes - packed.nbytes
    return None if saved >= WORTH else f"{filters.nbytes - saved} bytes instead of {filters.nbytes}"


CONSTRAINTS: tuple[Constraint, ...] = (values_are_few, packing_pays)


def packed_call(call: Call, packed: Packed) -> Call:
    """The plain kernel's `call` with `packed` in the place of its weights."""
    fields = list(call.params)
    at = fields.index("weights")
    plain = call.params["weights"]
    assert isinstance(plain, np.ndarray)
    params = (
        {field: call.params[field] for field in fields[:at]}
        | {"bits": packed.bits}
        | {"codebook_step": packed.codebooks.shape[1] if len(packed.codebooks) > 1 else 0}
        | {"weights": packed.indices, "codebook": packed.codebooks}
        | {field: call.params[field] for field in fields[at + 1 :]}
    )
    return replace(call, params=params, saved=plain.nbytes - packed.nbytes)
