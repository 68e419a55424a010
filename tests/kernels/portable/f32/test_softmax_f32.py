"""tc_softmax_f32: C is close to the reference, for huge inputs, too; what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.softmax_f32 import KERNEL


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    logarithm=st.booleans(),
    seed=cases.SEEDS,
)
def test_c_is_close_to_the_reference(run: Run, shape: Any, logarithm: bool, seed: int) -> None:
    operator = relax.op.nn.log_softmax if logarithm else relax.op.nn.softmax
    real.assert_graph_is_close(run, KERNEL, lambda x: operator(x, -1), seed, x=shape)


def test_inputs_whose_powers_overflow(run: Run) -> None:
    x = np.array([[1e30, -1e30, 1e30]], np.float32)
    p = {"rows": 1, "depth": 3, "logarithm": 0}
    assert run(KERNEL, p, [x], np.empty_like(x)).tolist() == [[0.5, 0, 0.5]]


@pytest.mark.parametrize("operator", [relax.op.nn.softmax, relax.op.nn.log_softmax])
def test_what_is_refused(operator: Any) -> None:
    found = refusal(KERNEL, lambda x: operator(x, 0), dtype="float32", x=(2, 3))
    assert found.endswith("The sum runs over the last axis (it runs over axis 0 of 2)")
    found = refusal(KERNEL, lambda x: operator(x, -1), dtype="float16", x=(2, 3))
    assert found.endswith("The input is float32 (it is float16)")
