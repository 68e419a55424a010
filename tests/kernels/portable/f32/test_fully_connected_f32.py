"""tc_fully_connected_f32: C is close to the reference; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.fully_connected_f32 import KERNEL


@given(
    rows=st.integers(1, 4),
    inputs=st.integers(1, 300),
    outputs=st.integers(1, 9),
    bounds=real.BOUNDS,
    seed=cases.SEEDS,
)
def test_c_is_close_to_the_reference(
    run: Run, rows: int, inputs: int, outputs: int, bounds: Any, seed: int
) -> None:
    tables = {"weights": real.reals(seed, outputs, inputs), "bias": real.reals(seed + 1, outputs)}
    p = {"rows": rows, "input_n": inputs, "output_n": outputs} | bounds | tables
    real.assert_c_is_close(run, KERNEL, p, [real.reals(seed + 2, rows, inputs)])


def product(x: Any, weights: Any = None, bias: Any = None) -> Any:
    out = relax.op.matmul(x, real.constant(6, 5) if weights is None else weights)
    return out if bias is None else relax.op.add(out, bias)


def refused(dtype: str = "float32", shape: Any = (3, 6), **kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: product(x, **kwargs), dtype=dtype, x=shape)


def test_a_graph_of_several_rows_and_one_number_as_bias(run: Run) -> None:
    for bias in (real.constant(5), real.constant(1)):
        real.assert_graph_is_close(run, KERNEL, lambda x, b=bias: product(x, bias=b), 0, x=(3, 6))


def test_weights_of_three_dimensions_are_refused() -> None:
    found = refused(shape=(2, 3, 6), weights=real.constant(2, 6, 5))
    assert found.endswith("The weights are a matrix (their shape is (2, 6, 5))")


def test_half_precision_is_refused() -> None:
    weights = relax.const(np.ones((6, 5), np.float16))
    assert refused("float16", weights=weights).endswith("The input is float32 (it is float16)")


def test_a_bias_of_every_row_is_refused() -> None:
    assert refused(bias=real.constant(3, 5)).endswith("(bias is (3, 5) for 5 channels)")
