import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.pad import KERNEL

DIMENSION = st.tuples(
    st.integers(1, 4), st.sampled_from([0, 0, 1, 2, 3]), st.sampled_from([0, 0, 1, 2])
)


@given(
    dimensions=st.lists(DIMENSION, min_size=1, max_size=5),
    value=st.integers(-128, 127),
    dtype=st.sampled_from(["int8", "int16", "int32", "float32"]),
    seed=cases.SEEDS,
)
def test_c_equals_the_reference_and_numpy(
    run: Run, dimensions: list[tuple[int, int, int]], value: int, dtype: str, seed: int
) -> None:
    shape = tuple(size for size, _, _ in dimensions)
    widths = [(before, after) for _, before, after in dimensions]
    flat = [width for pair in widths for width in pair]
    match = matched(
        KERNEL, lambda x: relax.op.nn.pad(x, flat, pad_value=value), dtype=dtype, x=shape
    )
    assert KERNEL.refusal(match) is None
    x = cases.int8(seed, *shape).astype(dtype)
    expected = np.pad(x, widths, constant_values=value)
    params = KERNEL.lower(match).params
    np.testing.assert_array_equal(run(KERNEL, params, [x], expected), expected)
    reference = KERNEL.reference(params, x)
    np.testing.assert_array_equal(reference.reshape(expected.shape), expected)


def test_reflections_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.pad(x, [1, 1], "reflect"), x=(4,))
    assert found.endswith("The padding is a constant value (its mode is reflect)")


def test_cropping_is_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.pad(x, [-1, 1]), x=(4,))
    assert found.endswith("Widths are not negative (one is -1)")


def test_six_padded_dimensions_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.pad(x, [1, 1] * 6), x=(1,) * 6)
    assert found.endswith("(6 remain)")


@pytest.mark.parametrize("value", [-129, 128])
def test_a_value_of_another_type_is_refused(value: int) -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.pad(x, [1, 1], pad_value=value), x=(4,))
    assert found.endswith(f"({value}.0 in int8)")


def test_elements_of_8_bytes_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.pad(x, [1, 1]), dtype="int64", x=(4,))
    assert found.endswith("The value is one of the tensor's type, of 4 bytes at most (int64 has 8)")
