"""Random layers of SVDF, for both types of memories."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels.graphs import quantized, real
from tinycompile import external


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
