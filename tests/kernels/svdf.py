"""Random layers of SVDF, for both types of memories."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernel import Kernel

RUNS = 4


@st.composite
def layers(draw: st.DrawFn, dtype: str, state_zero_points: Any = None) -> dict[str, Any]:
    """What `graph` is made of. Memories of int16 are such that no sum exceeds 32 bits."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inputs, units, rank, memory = (draw(st.integers(1, most)) for most in (20, 9, 3, 12))
    limit = 127 if dtype == "int8" else 1500
    return {
        "features": rng.integers(-127, 128, (units * rank, inputs)).astype(np.int8),
        "time": rng.integers(-limit, limit + 1, (units * rank, memory)).astype(dtype),
        "bias": rng.integers(-3000, 3000, units).astype(np.int32),
        "scales": [float(s) for s in rng.uniform(0.5, 2, 3)],
        "zero_points": (
            draw(st.integers(-128, 127)),
            0 if state_zero_points is None else draw(state_zero_points),
            draw(st.integers(-128, 127)),
        ),
    }


def graph(layer: dict[str, Any], dtype: str) -> Any:
    """SVDF of a variable `x`, whose state is a variable, too."""
    s_in, s_state, s_out = layer["scales"]
    z_in, z_state, z_out = layer["zero_points"]
    inputs, units = layer["features"].shape[1], len(layer["bias"])
    depth = layer["time"].size // units
    s_state *= inputs**0.5 * (8 if dtype == "int8" else 0.1)
    s_time = 0.01 if dtype == "int8" else 0.001
    s_out *= s_state * s_time * depth**0.5 * (40 if dtype == "int8" else 20000)

    def build(x: Any, state: Any) -> Any:
        memories = relax.op.astype(state, dtype) if str(state.ty.dtype) != dtype else state
        svdf = external.call(
            external.SVDF,
            real(x, s_in, z_in),
            real(memories, s_state, z_state),
            real(layer["features"], 0.1, 0),
            real(layer["time"], s_time, 0),
            real(layer["bias"], s_state * s_time, 0),
            ty=relax.TensorType((1, units), "float32"),
        )
        return quantized(svdf, s_out, z_out)

    return build


def shapes(layer: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {"x": (1, layer["features"].shape[1]), "state": (1, layer["time"].size)}


def assert_c_equals_the_reference(
    kernel: Kernel, run: Run, layer: dict[str, Any], dtype: str, seed: int
) -> None:
    """Over a stream of inputs, outputs and states, whose memories are of `dtype`."""
    match = matched(kernel, graph(layer, dtype), "int8", **shapes(layer))
    assert kernel.refusal(match) is None
    call = kernel.lower(match)
    state = np.full(shapes(layer)["state"], layer["zero_points"][1], dtype)
    expected_state = state.copy()
    for i in range(RUNS):
        x = cases.int8(seed + i, *shapes(layer)["x"])
        expected = kernel.reference(call.params, x, expected_state)
        actual = run(kernel, call.params, [x, state], expected, updates=call.updates)
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(state, expected_state)


def refused(
    kernel: Kernel,
    changes: dict[str, Any],
    dtype: str,
    output: str = "int8",
    inputs: int = 3,
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

    return str(kernel.refusal(matched(kernel, build, x=(1, inputs), state=(1, 8))))
