"""A reshape and a transpose change places."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinycompile.rewriting.reshape_transposed import order_within_blocks, reshape_transposed


@st.composite
def reshapes(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    """A shape, a permutation of it, and another shape of as many elements."""
    shape = draw(st.lists(st.sampled_from([1, 1, 2, 3, 4, 6]), min_size=1, max_size=5))
    p = draw(st.permutations(range(len(shape))))
    source = [shape[axis] for axis in p]
    cuts = draw(st.lists(st.integers(0, len(source)), max_size=3).map(sorted))
    bounds = [0, *cuts, len(source)]
    merged = [int(np.prod(source[a:b])) for a, b in pairwise(bounds)]
    split = [d for size in merged for d in ([2, size // 2] if size % 2 == 0 else [size])]
    return shape, p, draw(st.sampled_from([merged, split, [1, *merged, 1]]))


@given(reshapes())
def test_the_elements_stay_the_same(case: tuple[list[int], list[int], list[int]]) -> None:
    shape, p, target = case
    x = np.arange(np.prod(shape)).reshape(shape)
    found = reshape_transposed(shape, p, target)
    if found is not None:
        inner, q = found
        expected = x.transpose(p).reshape(target)
        np.testing.assert_array_equal(x.reshape(inner).transpose(q), expected)


def test_what_can_change_places_does() -> None:
    nchw = [0, 3, 1, 2]
    assert reshape_transposed([1, 4, 5, 6], nchw, [1, 2, 3, 4, 5]) == (
        [1, 4, 5, 2, 3],
        [0, 3, 4, 1, 2],
    )
    assert reshape_transposed([1, 4, 5, 6], nchw, [1, 6, 20]) == ([1, 20, 6], [0, 2, 1])
    assert reshape_transposed([1, 1, 1, 6], nchw, [1, 6]) == ([1, 6], [0, 1])


def test_joining_dimensions_that_lie_apart_cannot() -> None:
    assert reshape_transposed([1, 4, 5, 6], [0, 3, 1, 2], [1, 120]) is None
    assert reshape_transposed([2, 3], [1, 0], [2, 3]) is None


def test_a_channel_shuffle_is_ordered_where_it_is() -> None:
    shape, p, target = [1, 8, 8, 2, 3], [0, 4, 3, 1, 2], [1, 6, 8, 8]
    assert reshape_transposed(shape, p, target) is None
    assert order_within_blocks(shape, p, target) == [0, 1, 2, 4, 3]
    assert order_within_blocks([2, 3, 4], [2, 0, 1], [8, 3]) is None
