"""The constraints that it shares with conv2d are tripped in test_conv2d_s8.py."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.fully_connected_s8 import KERNEL


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    rows, inputs, outputs = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 40)),
        draw(st.integers(1, 9)),
    )
    return (
        {"rows": rows, "input_n": inputs, "output_n": outputs}
        | {"output_zero_point": draw(cases.ZERO_POINTS)}
        | draw(cases.bounds())
        | draw(cases.channels((outputs, inputs), outputs))
    )


@given(p=layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["rows"], p["input_n"])
    output = np.empty((p["rows"], p["output_n"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def dense(x: relax.Expr, weights: Any, bias: Any = None, zero_point: int = -128) -> Any:
    """Weights are (inputs, outputs), with scale 0.1; the bias has the product's."""
    out = relax.op.matmul(real(x, 0.05, zero_point), real(weights, 0.1, 0))
    return quantized(out if bias is None else relax.op.add(out, real(bias, 0.005, 0)))


def test_sums_up_to_the_limit_do_not_overflow(run: Run) -> None:
    """The largest bias that is taken, with the inputs that push the sum furthest."""
    weights = np.full((100, 2), 127, np.int8)
    weights[:, 1] = -128
    folded = 128 * weights.astype(np.int64).sum(axis=0)  # zero point -128
    room = 2**31 - 1 - 128 * np.abs(weights.astype(np.int64)).sum(axis=0)
    bias = (np.sign(folded) * room - folded).astype(np.int32)

    def build(x: relax.Expr) -> Any:
        return dense(x, weights, bias)

    match = matched(KERNEL, build, x=(1, 100))
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    for x in (np.full((1, 100), 127, np.int8), np.full((1, 100), -128, np.int8)):
        expected = KERNEL.reference(params, x)
        np.testing.assert_array_equal(run(KERNEL, params, [x], expected), expected)

    bias = bias + np.sign(folded).astype(np.int32)
    found = refusal(KERNEL, build, x=(1, 100))
    assert found.endswith("can exceed int32 (one may reach 2147483648)")


def test_stacks_of_matrices_are_refused() -> None:
    weights = np.ones((2, 3, 4), np.int8)
    found = refusal(KERNEL, lambda x: dense(x, weights), x=(2, 5, 3))
    assert found.endswith("The weights are a matrix (their shape is (2, 3, 4))")
