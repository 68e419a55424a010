import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.gather import KERNEL


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    data=st.data(),
    dtype=st.sampled_from(["int8", "int32"]),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference_and_numpy(
    run: Run, shape: list[int], data: st.DataObject, dtype: str, seed: int
) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    extent = shape[axis]
    indices = np.array(
        data.draw(st.lists(st.integers(-extent, extent - 1), min_size=1, max_size=6)), np.int32
    )
    match = matched(
        KERNEL, lambda x: relax.op.take(x, relax.const(indices), axis), dtype=dtype, x=tuple(shape)
    )
    assert KERNEL.refusal(match) is None
    x = cases.int8(seed, *shape).astype(dtype)
    expected = np.take(x, indices, axis)
    params = KERNEL.lower(match).params
    np.testing.assert_array_equal(run(KERNEL, params, [x], expected), expected)
    reference = KERNEL.reference(params, x)
    np.testing.assert_array_equal(reference.reshape(expected.shape), expected)


def test_an_index_outside_is_refused() -> None:
    found = refusal(
        KERNEL, lambda x: relax.op.take(x, relax.const(np.int32([1, 4])), axis=1), x=(2, 4)
    )
    assert found.endswith("Every index lies inside the axis (4 in an axis of 4)")
