"""tc_min_max_constant_s16: C equals numpy; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import maximum, minimum

from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.min_max_constant_s16 import KERNEL

NUMPY = {maximum: np.maximum, minimum: np.minimum}


@given(pair=e.shapes(), operator=st.sampled_from([maximum, minimum]), seed=e.seeds)
def test_c_equals_the_reference(run: Run, pair: Any, operator: Any, seed: int) -> None:
    constant = e.integers(seed + 7, pair[1], "int16")

    def graph(x: Any) -> Any:
        return operator(relax.const(constant), x)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=pair[0])
    expected = NUMPY[operator](e.integers(seed, pair[0], "int16"), constant)
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


def test_int8_is_refused() -> None:
    assert refusal(KERNEL, lambda x: maximum(x, relax.const(e.CONSTANT)), x=(2,)) == (
        "tc_min_max_constant_s16 does not apply: Both operands are int16 (they are int8 and int8)"
    )
