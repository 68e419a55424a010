"""Random layers of SVDF, for both types of memories."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import batch, cases
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernel import Kernel

RUNS = 4


@st.composite
def layers(draw: st.DrawFn, dtype: str, state_zero_points: Any = None) -> dict[str, Any]:
    """What `graph` is made of."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = tuple(draw(st.integers(1, most)) for most in (20, 9, 3, 12))
    zero_points = (
        draw(st.integers(-128, 127)),
        0 if state_zero_points is None else draw(state_zero_points),
        draw(st.integers(-128, 127)),
    )
    return layer_of(rng, dtype, sizes, zero_points)


def layer_of(
    rng: np.random.Generator, dtype: str, sizes: tuple[int, ...], zero_points: tuple[int, int, int]
) -> dict[str, Any]:
    """Of so many inputs, units, rank and memory. Memories of int16 are such that no sum exceeds 32 bits."""
    inputs, units, rank, memory = sizes
    limit = 127 if dtype == "int8" else 1500
    return {
        "features": rng.integers(-127, 128, (units * rank, inputs)).astype(np.int8),
        "time": rng.integers(-limit, limit + 1, (units * rank, memory)).astype(dtype),
        "bias": rng.integers(-3000, 3000, units).astype(np.int32),
        "scales": [float(s) for s in rng.uniform(0.5, 2, 3)],
        "zero_points": zero_points,
    }


def batch_cases(
    kernel: Kernel, portable: Kernel, dtype: str, seed: int, count: int = 20
) -> list[batch.Case]:
    """Random layers amid a stream; what is expected is the portable kernel's."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(count):
        sizes = tuple(int(n) for n in rng.integers(1, (50, 9, 4, 40)))
        points = [int(n) for n in rng.integers(-128, 128, 3)]
        points[1] = points[1] if dtype == "int8" else 0
        layer = layer_of(rng, dtype, sizes, (points[0], points[1], points[2]))
        build, of = graph(layer, dtype), shapes(layer)
        call, plain = (k.lower(matched(k, build, "int8", **of)) for k in (kernel, portable))
        x, state = cases.int8(seed, *of["x"]), cases.integers(seed, of["state"], dtype)
        after = state.copy()
        expected = portable.reference(plain.params, x, after)
        found.append(batch.Case(kernel, call, [x, state], expected, states=[after]))
    return found


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
