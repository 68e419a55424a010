"""tc_min_max_constant_s8: C equals numpy; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import maximum, minimum

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.min_max_constant_s8 import KERNEL

NUMPY = {maximum: np.maximum, minimum: np.minimum}


@given(
    pair=e.shapes(),
    operator=st.sampled_from([maximum, minimum]),
    reverse=st.booleans(),
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, pair: Any, operator: Any, reverse: bool, seed: int
) -> None:
    constant = e.integers(seed + 7, pair[1])

    def graph(x: Any) -> Any:
        bound = relax.const(constant)
        return operator(bound, x) if reverse else operator(x, bound)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=pair[0])
    expected = NUMPY[operator](e.integers(seed, pair[0]), constant)
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


def test_float32_is_refused() -> None:
    def graph(x: Any) -> Any:
        return maximum(x, relax.const(np.zeros(4, np.float32)))

    assert refusal(KERNEL, graph, dtype="float32", x=(4,)) == (
        "tc_min_max_constant_s8 does not apply: Both operands are int8 (they are float32 and float32)"
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    constant = np.zeros(e.ALTERNATING["y"], np.int8)
    assert "at most 4 groups" in refusal(
        KERNEL, lambda x: maximum(x, relax.const(constant)), x=e.ALTERNATING["x"]
    )
