"""tc_fully_connected_int8_weights_f32: C is close to the reference; what is taken; what is refused."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.fully_connected_int8_weights_f32 import KERNEL


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
    weights = real.int8_weights(seed, outputs, inputs, channels=outputs)
    p = {"rows": rows, "input_n": inputs, "output_n": outputs} | bounds | weights
    real.assert_c_is_close(run, KERNEL, p, [real.reals(seed + 2, rows, inputs)])


def product(x: Any, weights: Any, bias: Any = None) -> Any:
    out = relax.op.matmul(x, weights)
    return out if bias is None else relax.op.add(out, bias)


def params(weights: Any) -> dict[str, Any]:
    return KERNEL.lower(matched(KERNEL, lambda x: product(x, weights), "float32", x=(3, 6))).params


def refused(weights: Any, shape: Any = (3, 6), dtype: str = "float32", bias: Any = None) -> str:
    return refusal(KERNEL, lambda x: product(x, weights, bias), dtype=dtype, x=shape)


def test_a_graph_of_scales_of_columns_with_a_bias_and_a_relu(run: Run) -> None:
    for scale in (0.02, np.linspace(0.01, 0.05, 5)):
        weights, bias = real.integer_constant(6, 5, scale=scale, axis=1), real.constant(5)
        real.assert_graph_is_close(
            run,
            KERNEL,
            lambda x, w=weights, b=bias: relax.op.nn.relu(product(x, w, b)),
            0,
            x=(3, 6),
        )


def test_weights_stay_integers_and_a_scale_of_all_is_that_of_each() -> None:
    p = params(real.integer_constant(6, 5))
    assert p["weights"].dtype == np.int8 and p["weights"].shape == (5, 6)
    np.testing.assert_array_equal(p["scales"], np.full(5, 0.02, np.float32))
    np.testing.assert_array_equal(p["zero_points"], np.full(5, 3, np.int8))


def test_scales_of_rows_are_refused() -> None:
    weights = real.integer_constant(6, 5, scale=np.linspace(0.01, 0.05, 6))
    found = refused(weights)
    assert found.endswith("or one per output channel (theirs lie along dimension 0)")


def test_other_integers_and_zero_points_beyond_them_are_refused() -> None:
    wide = relax.op.dequantize(
        relax.const(np.ones((6, 5), np.int16)), relax.const(np.float32(1)), relax.const(0, "int32")
    )
    rule = "The weights and their zero points are int8 "
    assert refused(wide).endswith(f"{rule}(the weights are int16)")
    found = refused(real.integer_constant(6, 5, zero_point=200))
    assert found.endswith(f"{rule}(a zero point is 200)")


def test_what_the_kernel_of_float_weights_refuses_is_refused() -> None:
    assert "The weights are a matrix" in refused(real.integer_constant(2, 6, 5), (2, 3, 6))
    found = refused(real.integer_constant(6, 5), bias=real.constant(3, 5))
    assert found.endswith("(bias is (3, 5) for 5 channels)")
