from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, svdf
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernels.svdf_s8 import KERNEL

RUNS = 4


@given(layer=svdf.layers("int8", st.integers(-128, 127)), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    match = matched(KERNEL, svdf.graph(layer, "int8"), **svdf.shapes(layer))
    assert KERNEL.refusal(match) is None
    call = KERNEL.lower(match)
    state = np.full(svdf.shapes(layer)["state"], layer["zero_points"][1], "int8")
    expected_state = state.copy()
    for i in range(RUNS):
        x = cases.int8(seed + i, *svdf.shapes(layer)["x"])
        expected = KERNEL.reference(call.params, x, expected_state)
        actual = run(KERNEL, call.params, [x, state], expected, updates=call.updates)
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(state, expected_state)


def refused(
    changes: dict[str, Any], dtype: str = "int8", output: str = "int8", inputs: int = 3
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
    found = refused({}, "int16")
    assert found.endswith("(the state is int16)")


def test_time_weights_with_a_zero_point_are_refused() -> None:
    assert refused({"time": {"zero_point": 3}}).endswith("(zero point is 3)")


def test_feature_weights_of_many_scales_are_refused() -> None:
    found = refused({"features": {"scale": [0.1, 0.2]}})
    assert found.endswith("int8 with zero point 0, of one scale (they have 2 scales)")


def test_another_type_of_output_is_refused() -> None:
    found = refused({}, output="uint8")
    assert found.endswith("Input and output are int8 (they are int8 and uint8)")


def test_a_layer_of_many_inputs_is_refused() -> None:
    found = refused({}, inputs=1 << 15)
    assert found.endswith("at most 32767 (there are 32768)")
