"""tc_arithmetic_constant_f32: C equals numpy for every operation, on either side; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels import elementwise as e
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.arithmetic_constant_f32 import KERNEL
from tinycompile.kernels.portable.f32.arithmetic_f32 import OPERATIONS


@given(
    pair=e.shapes(),
    operation=st.sampled_from(list(OPERATIONS)),
    first=st.booleans(),
    seed=cases.SEEDS,
)
def test_c_equals_numpy(run: Run, pair: Any, operation: str, first: bool, seed: int) -> None:
    constant = real.constant(*pair[1], seed=seed + 9)

    def graph(x: Any) -> Any:
        return getattr(relax.op, operation)(*((constant, x) if first else (x, constant)))

    found = real.assert_graph_is_close(run, KERNEL, graph, seed, x=pair[0])
    x, c = real.reals(seed, *pair[0]), real.reals(seed + 9, *pair[1])
    expected = OPERATIONS[operation](*((c, x) if first else (x, c)))
    np.testing.assert_array_equal(found.ravel(), expected.ravel())


def test_other_types_and_scattered_axes_are_refused() -> None:
    half = relax.const(np.ones(2, np.float16))
    found = refusal(KERNEL, lambda x: relax.op.add(x, half), dtype="float16", x=(2,))
    assert found.endswith("Both operands are float32 (they are float16 and float16)")
    alternating = real.constant(*e.ALTERNATING["y"])
    found = refusal(
        KERNEL, lambda x: relax.op.add(x, alternating), dtype="float32", x=e.ALTERNATING["x"]
    )
    assert found.endswith("(they take 5)")
