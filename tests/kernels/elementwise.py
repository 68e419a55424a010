"""What the tests of element-wise kernels share: random graphs, and a run of C beside the reference."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels.cases import integers
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile.kernel import Kernel

Shape = tuple[int, ...]
Quantization = tuple[float, int]

seeds = st.integers(0, 2**32 - 1)
zero_points = st.integers(-128, 127)
quantizations = st.tuples(st.floats(0.01, 0.3), zero_points)
symmetric = st.tuples(st.floats(0.01, 0.3), st.just(0))  # as int16 is quantised

# Shapes that alternate too often for 4 axes.
ALTERNATING = {"x": (2, 1, 2, 1, 2), "y": (1, 2, 1, 2, 1)}
CONSTANT = np.arange(2, dtype=np.int8)
CONSTANT16 = np.arange(2, dtype=np.int16)


@st.composite
def shapes(draw: Any) -> tuple[Shape, Shape]:
    """Two shapes of up to 4 axes that broadcast together, with 1 to 6 elements along each."""
    extents = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    pair = []
    for _ in range(2):
        shape = [draw(st.sampled_from([extent, extent, 1])) for extent in extents]
        pair.append(tuple(shape[draw(st.integers(0, len(extents))) :]))
    return pair[0], pair[1]


def assert_c_equals_the_reference(
    run: Run,
    kernel: Kernel,
    build: Callable[..., Any],
    seed: int,
    dtype: str = "int8",
    **inputs: Shape,
) -> np.ndarray:
    """Lower the graph that `build` makes and run it on random inputs; the output."""
    match = matched(kernel, build, dtype, **inputs)
    assert (refusal := kernel.refusal(match)) is None, refusal
    call = kernel.lower(match)
    arrays = [integers(seed + i, shape, dtype) for i, shape in enumerate(inputs.values())]
    expected = kernel.reference(call.params, *arrays)
    output = run(kernel, call.params, arrays, np.empty_like(expected))
    np.testing.assert_array_equal(output, expected)
    return expected


def binary(
    operator: Any,
    a: Quantization,
    b: Quantization,
    out: Quantization,
    clip: tuple[int, int] | None,
    dtype: str = "int8",
) -> Callable[..., Any]:
    """A graph of two tensors, or of one and a constant if `y` is an array."""

    def build(x: relax.Expr, y: relax.Expr) -> relax.Expr:
        result = quantized(operator(real(x, *a), real(y, *b)), *out, dtype)
        return result if clip is None else relax.op.clip(result, *clip)

    return build


clips = st.none() | st.tuples(st.integers(-128, 0), st.integers(1, 127))
clips16 = st.none() | st.tuples(st.integers(-32768, 0), st.integers(1, 32767))


def two(operator: Any, **output: Any) -> Callable[..., Any]:
    return lambda x, y: quantized(operator(real(x), real(y)), **output)


def one_and_constant(
    operator: Any, data: np.ndarray = CONSTANT, **quantization: Any
) -> Callable[..., Any]:
    return lambda x: quantized(operator(real(x), real(data, **quantization)))


def unary16(
    operator: Any,
    scale: float,
    out: float,
    clip: tuple[int, int] | None = None,
    zero_point: int = 0,
) -> Callable[..., Any]:
    """A graph of one int16 tensor."""

    def build(x: relax.Expr) -> relax.Expr:
        result = quantized(operator(real(x, scale, zero_point)), out, 0, "int16")
        return result if clip is None else relax.op.clip(result, *clip)

    return build


def of_int16(operator: Any, *scales: float, zero_point: int = 0) -> Callable[..., Any]:
    """A graph of int16 tensors, one for each of the scales but the last, which is the output's."""

    def build(**inputs: relax.Expr) -> relax.Expr:
        parts = [real(x, s, zero_point) for x, s in zip(inputs.values(), scales, strict=False)]
        return quantized(operator(*parts), scales[-1], 0, "int16")

    return build
