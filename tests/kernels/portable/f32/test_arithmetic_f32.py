"""tc_arithmetic_f32: C equals numpy for every operation, broadcast; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.arithmetic_f32 import KERNEL, OPERATIONS


@given(pair=e.shapes(), operation=st.sampled_from(list(OPERATIONS)), seed=cases.SEEDS)
def test_c_equals_numpy(run: Run, pair: Any, operation: str, seed: int) -> None:
    def graph(x: Any, y: Any) -> Any:
        return getattr(relax.op, operation)(x, y)

    found = real.assert_graph_is_close(run, KERNEL, graph, seed, x=pair[0], y=pair[1])
    x, y = real.reals(seed, *pair[0]), real.reals(seed + 1, *pair[1])
    np.testing.assert_array_equal(found.ravel(), OPERATIONS[operation](x, y).ravel())


def test_constants_other_types_and_scattered_axes_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.add(x, real.constant(2)), dtype="float32", x=(2,))
    assert found.endswith("Neither operand is a constant (input2 is one)")
    found = refusal(KERNEL, relax.op.add, dtype="int8", x1=(2,), x2=(2,))
    assert found.endswith("Both operands are float32 (they are int8 and int8)")
    found = refusal(KERNEL, lambda x, y: relax.op.add(x, y), dtype="float32", **e.ALTERNATING)
    assert found.endswith("(they take 5)")
