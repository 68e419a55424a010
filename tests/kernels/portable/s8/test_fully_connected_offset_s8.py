"""The constraints that it shares with others are tripped in their tests."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.portable.s8.test_fully_connected_s8 import layers
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.fully_connected_offset_s8 import KERNEL

WEIGHTS = np.array([[1, -2, 3], [-4, 5, -128]], np.int8)


@given(sizes=layers(), zero_point=cases.ZERO_POINTS, data=st.data(), seed=cases.SEEDS)
def test_c_equals_the_reference(
    run: Run, sizes: dict[str, int], zero_point: int, data: st.DataObject, seed: int
) -> None:
    p: dict[str, Any] = (
        sizes
        | {"output_zero_point": data.draw(cases.ZERO_POINTS)}
        | data.draw(cases.bounds())
        | data.draw(cases.channels((sizes["output_n"], sizes["input_n"]), sizes["output_n"]))
        | {"weights_zero_point": zero_point}
    )
    x = cases.int8(seed, p["rows"], p["input_n"])
    output = np.empty((p["rows"], p["output_n"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def dense(x: relax.Expr, zero_point: Any = -7, weights: Any = WEIGHTS) -> Any:
    weights = relax.op.dequantize(
        relax.const(weights), relax.const(np.float32(0.1)), relax.const(zero_point, "int32"), 1
    )
    return quantized(relax.op.matmul(real(x, 0.05, 4), weights), 2.0)


@pytest.mark.parametrize("zero_point", [-128, -7, 0, 9, 127])
def test_the_zero_points_of_input_and_weights_are_taken_off(zero_point: int, run: Run) -> None:
    match = matched(KERNEL, lambda x: dense(x, zero_point), x=(5, 2))
    assert KERNEL.refusal(match) is None
    x = cases.int8(0, 5, 2)
    sums = (x - np.int64(4)) @ (WEIGHTS - np.int64(zero_point))
    found = run(KERNEL, KERNEL.lower(match).params, [x], np.empty((5, 3), np.int8))
    expected = np.clip(np.rint(sums * 0.005 / 2) - 5, -128, 127)
    assert np.abs(found - expected).max() <= 1
    assert len(np.unique(found)) > 3


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"weights": WEIGHTS.view(np.uint8)}, "weights are uint8"),
        ({"zero_point": np.array([1, 2, 3])}, "they have 3"),
    ],
)
def test_other_weights_are_refused(change: dict[str, Any], found: str) -> None:
    words = refusal(KERNEL, lambda x: dense(x, **change), x=(5, 2))
    assert words.endswith(f"Weights are int8 with one zero point for all ({found})")
