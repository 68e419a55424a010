"""What the tests of element-wise kernels share: random graphs, and a run of C beside the reference."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels.graphs import matched, quantized, real
from tests.kernels.runtime import Run
from tinycompile.kernel import Kernel

Shape = tuple[int, ...]
Quantization = tuple[float, int]

seeds = st.integers(0, 2**32 - 1)
zero_points = st.integers(-128, 127)
quantizations = st.tuples(st.floats(0.01, 0.3), zero_points)

# Shapes that alternate too often for 4 axes.
ALTERNATING = {"x": (2, 1, 2, 1, 2), "y": (1, 2, 1, 2, 1)}
CONSTANT = np.arange(2, dtype=np.int8)


@st.composite
def shapes(draw: Any) -> tuple[Shape, Shape]:
    """Two shapes of up to 4 axes that broadcast together, with 1 to 6 elements along each."""
    extents = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    pair = []
    for _ in range(2):
        shape = [draw(st.sampled_from([extent, extent, 1])) for extent in extents]
        pair.append(tuple(shape[draw(st.integers(0, len(extents))) :]))
    return pair[0], pair[1]


def integers(seed: int, shape: Shape) -> np.ndarray:
    return np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)


def assert_c_equals_the_reference(
    run: Run,
    kernel: Kernel,
    build: Callable[..., Any],
    seed: int,
    dtype: str = "int8",
    **inputs: Shape,
) -> np.ndarray:
    """Lower the graph that `build` makes and run it on random inputs, in place too; the output."""
    match = matched(kernel, build, dtype, **inputs)
    assert (refusal := kernel.refusal(match)) is None, refusal
    call = kernel.lower(match)
    arrays = [integers(seed + i, shape) for i, shape in enumerate(inputs.values())]
    expected = kernel.reference(call.params, *arrays)
    output = run(kernel, call.params, arrays, np.empty_like(expected))
    np.testing.assert_array_equal(output, expected)
    for position in call.in_place:
        assert arrays[position].size == expected.size
        like = np.empty(arrays[position].shape, np.int8)
        output = run(kernel, call.params, arrays, like, in_place=position)
        np.testing.assert_array_equal(output.ravel(), expected.ravel())
    return expected


def binary(
    operator: Any, a: Quantization, b: Quantization, out: Quantization, clip: tuple[int, int] | None
) -> Callable[..., Any]:
    """A graph of two tensors, or of one and a constant if `y` is an array."""

    def build(x: relax.Expr, y: relax.Expr) -> relax.Expr:
        result = quantized(operator(real(x, *a), real(y, *b)), *out)
        return result if clip is None else relax.op.clip(result, *clip)

    return build


clips = st.none() | st.tuples(st.integers(-128, 0), st.integers(1, 127))


def two(operator: Any, **output: Any) -> Callable[..., Any]:
    return lambda x, y: quantized(operator(real(x), real(y)), **output)


def one_and_constant(
    operator: Any, data: np.ndarray = CONSTANT, **quantization: Any
) -> Callable[..., Any]:
    return lambda x: quantized(operator(real(x), real(data, **quantization)))
