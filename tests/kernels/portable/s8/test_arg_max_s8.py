"""tc_arg_max_s8: C equals numpy; what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import argmax, argmin, astype

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.arg_max_s8 import KERNEL

NUMPY = {argmax: np.argmax, argmin: np.argmin}


@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple),
    data=st.data(),
    operator=st.sampled_from([argmax, argmin]),
    dtype=st.sampled_from(["int32", "int64"]),
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, shape: Any, data: Any, operator: Any, dtype: str, seed: int
) -> None:
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))

    def graph(x: Any) -> Any:
        found = operator(x, axis)
        return found if dtype == "int64" else astype(found, dtype)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=shape)
    assert output.dtype == dtype
    expected = np.asarray(NUMPY[operator](e.integers(seed, shape), axis))
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


@pytest.mark.parametrize("operator, expected", [(argmax, 1), (argmin, 0)])
def test_the_first_of_equals(run: Run, operator: Any, expected: int) -> None:
    x = np.array([-128, 127, -128, 127], np.int8)
    sign = 1 if operator is argmax else -1
    params = {"outer": 1, "extent": 4, "inner": 1, "sign": sign, "int64_output": 0}
    assert run(KERNEL, params, [x], np.empty(1, np.int32)).tolist() == [expected]


def test_float32_is_refused() -> None:
    assert refusal(KERNEL, lambda x: argmax(x, 0), dtype="float32", x=(4,)) == (
        "tc_arg_max_s8 does not apply: The input is int8 (it is float32)"
    )


def test_an_int16_output_is_refused() -> None:
    assert refusal(KERNEL, lambda x: astype(argmax(x, 0), "int16"), x=(4,)) == (
        "tc_arg_max_s8 does not apply: The output is int32 or int64 (it is int16)"
    )
