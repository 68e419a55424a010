"""The constraints that it shares with conv2d are tripped in test_conv2d_s8.py."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.fully_connected_s8 import KERNEL


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


def test_a_bias_at_the_end_of_int32_wraps_around(run: Run) -> None:
    """As TFLite's does: dead channels have such biases, and live ones differ by what leaves int32."""
    weights = np.full((100, 4), 127, np.int8)
    weights[:, 2:] = 0
    bias = np.array([2**31 - 1, -(2**31)] * 2, np.int32)
    match = matched(KERNEL, lambda x: dense(x, weights, bias), x=(1, 100))
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    for x in (np.full((1, 100), 127, np.int8), np.full((1, 100), -128, np.int8)):
        expected = KERNEL.reference(params, x)
        np.testing.assert_array_equal(run(KERNEL, params, [x], expected), expected)


def test_sums_of_more_products_than_int32_holds_are_refused() -> None:
    found = refusal(KERNEL, lambda x: dense(x, np.full((2**17, 1), 127, np.int8)), x=(1, 2**17))
    assert found.endswith("biases make it wrap, as in TFLite) (one may reach 4244766720)")


def test_stacks_of_matrices_are_refused() -> None:
    weights = np.ones((2, 3, 4), np.int8)
    found = refusal(KERNEL, lambda x: dense(x, weights), x=(2, 5, 3))
    assert found.endswith("The weights are a matrix (their shape is (2, 3, 4))")
