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
def layers(draw: st.DrawFn) -> dict[str, int]:
    rows, inputs, outputs = st.integers(1, 4), st.integers(1, 40), st.integers(1, 9)
    return {"rows": draw(rows), "input_n": draw(inputs), "output_n": draw(outputs)}


@given(sizes=layers(), data=st.data(), seed=cases.SEEDS)
def test_c_equals_the_reference(
    run: Run, sizes: dict[str, int], data: st.DataObject, seed: int
) -> None:
    p: dict[str, Any] = (
        sizes
        | {"output_zero_point": data.draw(cases.ZERO_POINTS)}
        | data.draw(cases.bounds())
        | data.draw(cases.channels((sizes["output_n"], sizes["input_n"]), sizes["output_n"]))
    )
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
