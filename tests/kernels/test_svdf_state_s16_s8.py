from typing import Any

import numpy as np
from hypothesis import given
from tvm import relax

from tests.kernels import cases, svdf
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernels.svdf_state_s16_s8 import KERNEL

RUNS = 4


@given(layer=svdf.layers("int16"), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    match = matched(KERNEL, svdf.graph(layer, "int16"), "int8", **svdf.shapes(layer))
    assert KERNEL.refusal(match) is None
    call = KERNEL.lower(match)
    state = np.full(svdf.shapes(layer)["state"], layer["zero_points"][1], "int16")
    expected_state = state.copy()
    for i in range(RUNS):
        x = cases.int8(seed + i, *svdf.shapes(layer)["x"])
        expected = KERNEL.reference(call.params, x, expected_state)
        actual = run(KERNEL, call.params, [x, state], expected, updates=call.updates)
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(state, expected_state)


def refused(
    changes: dict[str, Any], dtype: str = "int16", output: str = "int8", inputs: int = 3
) -> str:
    """Why a layer of two filters is refused; `changes` are of the quantisations of its operands."""

    def build(x: Any, state: Any) -> Any:
        operands = {
            "x": x,
            "state": relax.op.astype(state, dtype),
            "features": np.ones((2, inputs), np.int8),
            "time": np.ones((2, 4), dtype),
            "bias": np.ones(2, np.int32),
        }
        reals = [
            real(data, **{"scale": 0.1, "zero_point": 0} | changes.get(name, {}))
            for name, data in operands.items()
        ]
        ty = relax.TensorType((1, 2), "float32")
        return quantized(external.call(external.SVDF, *reals, ty=ty), dtype=output)

    return str(KERNEL.refusal(matched(KERNEL, build, x=(1, inputs), state=(1, 8))))


def test_memories_of_another_type_are_refused() -> None:
    found = refused({}, "int8")
    assert found.endswith("(the state is int8)")


def test_time_weights_with_a_zero_point_are_refused() -> None:
    assert refused({"time": {"zero_point": 3}}).endswith("(zero point is 3)")


def test_a_state_with_a_zero_point_is_refused() -> None:
    found = refused({"state": {"zero_point": 5}})
    assert found.endswith("Time weights and state are int16 with zero point 0 (zero point is 5)")
