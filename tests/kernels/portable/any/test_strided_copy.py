from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.strided_copy import KERNEL

op = relax.op
Shape = tuple[int, ...]
# A Relax operator and what numpy calls it.
Case = tuple[Callable[[Any], Any], Callable[[NDArray[Any]], NDArray[Any]]]
SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=5).map(tuple)


def check(run: Run, shape: Shape, case: Case, dtype: str, seed: int) -> None:
    ours, numpys = case
    match = matched(KERNEL, ours, dtype=dtype, x=shape)
    assert KERNEL.refusal(match) is None
    x = cases.int8(seed, *shape).astype(dtype)
    expected = np.ascontiguousarray(numpys(x))
    params = KERNEL.lower(match).params
    np.testing.assert_array_equal(run(KERNEL, params, [x], expected), expected)
    reference = KERNEL.reference(params, x)
    np.testing.assert_array_equal(reference.reshape(expected.shape), expected)


@given(SHAPES, st.data(), st.sampled_from(["int8", "int16", "float32"]), cases.SEEDS)
def test_transpose(run: Run, shape: Shape, data: st.DataObject, dtype: str, seed: int) -> None:
    p = data.draw(st.permutations(range(len(shape))))
    check(run, shape, (lambda x: op.permute_dims(x, p), lambda x: x.transpose(p)), dtype, seed)


@st.composite
def bounds(draw: st.DrawFn, size: int) -> slice:
    """A slice that is not empty, of any direction, reaching beyond the ends."""
    step = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
    begin = draw(st.integers(-size, size - 1))
    first = begin % size
    if step > 0:
        return slice(begin, draw(st.integers(first + 1, size + 2)), step)
    return slice(begin, draw(st.integers(-1, first - 1)), step)


@given(SHAPES, st.data(), st.sampled_from(["int8", "float32"]), cases.SEEDS)
def test_strided_slice(run: Run, shape: Shape, data: st.DataObject, dtype: str, seed: int) -> None:
    found = [data.draw(bounds(size)) for size in shape]
    # Relax counts negative bounds from the back: before the first element is -size - 1.
    ends = [s.stop if s.stop >= 0 else -n - 1 for s, n in zip(found, shape, strict=True)]
    begins, steps = [s.start for s in found], [s.step for s in found]
    numpys = tuple(slice(s.start, s.stop if s.stop >= 0 else None, s.step) for s in found)
    axes = list(range(len(shape)))
    case = (lambda x: op.strided_slice(x, axes, begins, ends, steps), lambda x: x[numpys])
    check(run, shape, case, dtype, seed)


@given(SHAPES, st.data(), cases.SEEDS)
def test_tile(run: Run, shape: Shape, data: st.DataObject, seed: int) -> None:
    few = shape[:3]
    counts = data.draw(st.lists(st.integers(1, 3), min_size=len(few), max_size=len(few)))
    check(run, few, (lambda x: op.tile(x, counts), lambda x: np.tile(x, counts)), "int8", seed)


@given(SHAPES, st.data(), cases.SEEDS)
def test_flip_and_repeat(run: Run, shape: Shape, data: st.DataObject, seed: int) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    check(run, shape, (lambda x: op.flip(x, axis), lambda x: np.flip(x, axis)), "int8", seed)
    twice = (lambda x: op.repeat(x, 2, axis), lambda x: np.repeat(x, 2, axis))
    check(run, shape, twice, "int8", seed)


@given(SHAPES, cases.SEEDS)
def test_broadcast(run: Run, shape: Shape, seed: int) -> None:
    target = (2, *(3 if size == 1 else size for size in shape))
    case = (lambda x: op.broadcast_to(x, target), lambda x: np.broadcast_to(x, target))
    check(run, shape, case, "int8", seed)


def test_what_stays_together_is_copied_at_once() -> None:
    match = matched(KERNEL, lambda x: op.permute_dims(x, (0, 2, 1, 3)), x=(1, 4, 5, 6))
    params = KERNEL.lower(match).params
    assert (params["shape"], params["run"]) == ((1, 1, 1, 1, 5, 4), 6)


def test_too_many_dimensions_are_refused() -> None:
    reverse = tuple(range(7))[::-1]
    found = refusal(KERNEL, lambda x: op.permute_dims(x, reverse), x=(2,) * 7)
    assert found.endswith("(7 remain)")
