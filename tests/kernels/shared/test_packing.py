"""Weights packed into indices: what is stored, how small it is, what is refused, which layers get it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import cases
from tinycompile.call import Call
from tinycompile.kernels.shared import packing


def few(rng: np.random.Generator, shape: tuple[int, ...], values: int, each: bool) -> Any:
    """Weights of `values` values, in the layer or `each` channel."""
    books = [rng.choice(np.arange(-128, 128), values, replace=False) for _ in range(shape[0])]
    picks = rng.integers(0, values, shape)
    rows = [books[i if each else 0][pick] for i, pick in enumerate(picks)]
    return np.stack(rows).astype(np.int8)


@st.composite
def packed_channels(draw: st.DrawFn, channels: int, taps: int) -> dict[str, Any]:
    """The tables of a packed kernel of so many output channels and products in a sum."""
    each, bits = draw(st.booleans()), draw(st.sampled_from(packing.BITS))
    rng = np.random.default_rng(draw(cases.SEEDS))
    indices = rng.integers(0, 2**bits, (channels, taps))
    codebook = rng.integers(-128, 128, (channels if each else 1, 2**bits)).astype(np.int8)
    numbers = {"bits": bits, "codebook_step": 2**bits if each else 0}
    tables = draw(cases.channels((channels, 1), channels))
    return numbers | tables | {"weights": packing.joined(indices, bits), "codebook": codebook}


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 40)),
    values=st.integers(1, 16),
    each=st.booleans(),
    seed=cases.SEEDS,
)
def test_what_is_packed_comes_back(
    shape: tuple[int, int], values: int, each: bool, seed: int
) -> None:
    filters = few(np.random.default_rng(seed), shape, values, each)
    packed = packing.pack(filters)
    assert packed is not None
    call = packing.packed_call(Call((), {"weights": filters}), packed)
    np.testing.assert_array_equal(packing.weights(call.params, shape[1]), filters)
    tables = [t.nbytes for t in call.params.values() if isinstance(t, np.ndarray)]
    assert call.saved == filters.nbytes - sum(tables)
    assert packed.indices.shape[1] == -(-shape[1] * packed.bits // 8)


@pytest.mark.parametrize(("values", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4)])
def test_an_index_has_as_few_bits_as_the_values_need(values: int, bits: int) -> None:
    filters = few(np.random.default_rng(0), (8, 100), values, False)
    packed = packing.pack(filters)
    assert packed is not None
    assert (packed.bits, packed.codebooks.shape) == (bits, (1, 2**bits))
    assert packed.nbytes == 8 * -(-100 * bits // 8) + 2**bits


def test_channels_have_codebooks_of_their_own_where_that_is_smaller() -> None:
    filters = few(np.random.default_rng(0), (8, 400), 4, True)
    packed = packing.pack(filters)
    assert packed is not None and (packed.bits, packed.codebooks.shape) == (2, (8, 4))
    book = np.arange(16, dtype=np.int8)
    small = packing.pack(np.stack([np.tile(book[2 * i : 2 * i + 2], 3) for i in range(8)]))
    assert small is not None and (small.bits, small.codebooks.shape) == (1, (8, 2))
    small = packing.pack(np.stack([np.tile(book[i : i + 3], 2) for i in range(8)]))
    assert small is not None and (small.bits, small.codebooks.shape) == (4, (1, 16))


def test_the_first_index_is_the_lowest_of_its_byte() -> None:
    assert packing.joined(np.array([[1, 2, 3]]), 4).tolist() == [[0x21, 0x03]]
    assert packing.joined(np.array([[1, 0, 1, 1, 0, 0, 0, 0, 1]]), 1).tolist() == [[0b1101, 1]]
