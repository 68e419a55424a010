"""What the tests of float kernels share: random reals, random bounds, C beside the reference."""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from tvm import relax

from tests.kernels.graphs import matched
from tests.kernels.runtime import Run
from tinycompile.call import Param
from tinycompile.kernel import Kernel

TOLERANCE = 1e-5  # of the output's range
ROUNDING = 4 * float(np.finfo(np.float32).eps)  # of the largest terms, which may cancel

BOUNDS = st.sampled_from([(-inf, inf), (0.0, inf), (0.0, 6.0), (-0.5, 0.25)]).map(
    lambda pair: {"min": float(np.float32(pair[0])), "max": float(np.float32(pair[1]))}
)


def reals(seed: int, *shape: int) -> NDArray[np.float32]:
    """Values of very different magnitude."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=shape) * 10 ** rng.uniform(-2, 1, shape)).astype(np.float32)


def int8_weights(seed: int, *shape: int, channels: int) -> dict[str, NDArray[Any]]:
    """The fields of weights that stay int8, and the bias; some channels have a zero point of 0."""
    rng = np.random.default_rng(seed)
    zero_points = rng.integers(-128, 128, channels) * rng.integers(0, 2, channels)
    return {
        "weights": rng.integers(-128, 128, shape, np.int8),
        "bias": reals(seed + 1, channels),
        "scales": 10 ** rng.uniform(-4, -1, channels).astype(np.float32),
        "zero_points": zero_points.astype(np.int8),
    }


def integer_constant(
    *shape: int, scale: ArrayLike = 0.02, zero_point: int = 3, axis: int = 0
) -> Any:
    """A constant as `int8_weights` draws, dequantised."""
    integers = relax.const(int8_weights(3, *shape, channels=1)["weights"])
    scales = relax.const(np.asarray(scale, np.float32))
    return relax.op.dequantize(integers, scales, relax.const(zero_point, "int32"), axis)


def constant(*shape: int, seed: int = 3) -> Any:
    return relax.const(reals(seed, *shape))


def assert_c_is_close(
    run: Run, kernel: Kernel, p: dict[str, Param], inputs: list[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """C and reference differ by at most TOLERANCE of the output's range, and ROUNDING; the output."""
    expected = kernel.reference(p, *inputs)
    output = run(kernel, p, inputs, np.empty_like(expected)).reshape(expected.shape)
    finite = np.abs(expected[np.isfinite(expected)])
    tables = [
        v
        for name, v in p.items()
        if isinstance(v, np.ndarray) and (v.dtype == np.float32 or name == "weights")
    ]
    terms = float(
        np.prod([np.abs(a.astype(np.float32)).max(initial=0) for a in (*inputs, *tables)])
    )
    allowed = TOLERANCE * float(finite.max(initial=1e-30)) + ROUNDING * terms
    np.testing.assert_allclose(output, expected, rtol=0, atol=allowed)
    return output


def assert_graph_is_close(
    run: Run, kernel: Kernel, build: Callable[..., Any], seed: int, **inputs: tuple[int, ...]
) -> NDArray[np.float32]:
    """As `assert_c_is_close`, of what `kernel` makes of a graph."""
    match = matched(kernel, build, "float32", **inputs)
    assert (refusal := kernel.refusal(match)) is None, refusal
    call = kernel.lower(match)
    arrays = [reals(seed + i, *shape) for i, shape in enumerate(inputs.values())]
    return assert_c_is_close(run, kernel, call.params, arrays)
