from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.concat import KERNEL

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(SIZES, st.data(), st.lists(st.integers(1, 5), min_size=1, max_size=4), cases.SEEDS)
def test_c_equals_the_reference_and_numpy(
    run: Run, shape: list[int], data: st.DataObject, extents: list[int], seed: int
) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    shapes = [(*shape[:axis], extent, *shape[axis + 1 :]) for extent in extents]
    names = {f"x{i}": shape for i, shape in enumerate(shapes)}
    match = matched(KERNEL, lambda **xs: relax.op.concat(list(xs.values()), axis), **names)
    call = KERNEL.lower(match)
    inputs = [cases.int8(seed + i, *shape) for i, shape in enumerate(shapes)]
    expected = np.concatenate(inputs, axis)
    assert call.inputs == tuple(f"inputs.{i}" for i in range(len(shapes)))
    actual = run(KERNEL, call.params, inputs, expected)
    np.testing.assert_array_equal(actual, expected)
    reference = KERNEL.reference(call.params, *inputs)
    np.testing.assert_array_equal(reference.reshape(expected.shape), expected)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_any_type(run: Run, dtype: str) -> None:
    shape = (2, 3)
    match = matched(KERNEL, lambda x: relax.op.concat([x, x], -1), dtype=dtype, x=shape)
    x = np.arange(6).astype(dtype).reshape(shape)
    actual = run(KERNEL, KERNEL.lower(match).params, [x, x], np.empty((2, 6), dtype))
    np.testing.assert_array_equal(actual, np.concatenate([x, x], 1))


def test_a_constant_is_refused() -> None:
    def joined(x: Any) -> Any:
        return relax.op.concat([x, relax.const(np.zeros((1, 2), np.int8))], axis=1)

    assert refusal(KERNEL, joined, x=(1, 3)).endswith("No input is a constant (1 of them are)")
