"""tc_min_max_s8: C equals numpy; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import maximum, minimum

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.min_max_s8 import KERNEL

NUMPY = {maximum: np.maximum, minimum: np.minimum}


@given(pair=e.shapes(), operator=st.sampled_from([maximum, minimum]), seed=e.seeds)
def test_c_equals_the_reference(run: Run, pair: Any, operator: Any, seed: int) -> None:
    output = e.assert_c_equals_the_reference(run, KERNEL, operator, seed, x1=pair[0], x2=pair[1])
    expected = NUMPY[operator](e.integers(seed, pair[0]), e.integers(seed + 1, pair[1]))
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


def test_a_constant_is_refused() -> None:
    assert "input2 is one" in refusal(KERNEL, lambda x: maximum(x, relax.const(e.CONSTANT)), x=(2,))


def test_float32_is_refused() -> None:
    assert refusal(KERNEL, maximum, dtype="float32", x1=(4,), x2=(4,)) == (
        "tc_min_max_s8 does not apply: Both operands are int8 (they are float32 and float32)"
    )


def test_broadcasting_that_alternates_is_refused() -> None:
    x, y = e.ALTERNATING.values()
    assert "at most 4 groups" in refusal(KERNEL, maximum, x1=x, x2=y)
