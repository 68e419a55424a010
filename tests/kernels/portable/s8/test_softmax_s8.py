"""tc_softmax_s8: C equals the reference, for TFLite's output scale and others; what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import multiply
from tvm.relax.op.nn import softmax

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.softmax_s8 import KERNEL


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    scale=st.floats(1e-4, 30),
    zero_point=e.zero_points,
    out=st.sampled_from([(1 / 256, -128), (1 / 255, -128), (0.0039, -100), (0.01, 0), (1e-5, 5)]),
    seed=e.seeds,
)
@example(shape=(2, 1000), scale=0.001, zero_point=0, out=(1 / 256, -128), seed=0)
@example(shape=(1, 4095), scale=0.0001, zero_point=0, out=(1 / 256, -128), seed=0)
def test_c_equals_the_reference(
    run: Run, shape: Any, scale: float, zero_point: int, out: Any, seed: int
) -> None:
    def graph(x: Any) -> Any:
        return quantized(softmax(real(x, scale, zero_point), -1), *out)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=shape)
    x = e.integers(seed, shape) * scale
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    exact = powers / powers.sum(axis=1, keepdims=True) / out[0] + out[1]
    assert np.abs(output.reshape(shape) - np.clip(exact, -128, 127)).max() <= 1


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)), scale=st.floats(1e-4, 30), seed=e.seeds
)
def test_to_int16(run: Run, shape: Any, scale: float, seed: int) -> None:
    def graph(x: Any) -> Any:
        return quantized(softmax(real(x, scale), -1), 1 / 65535, -32768, "int16")

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, x=shape)
    x = e.integers(seed, shape) * scale
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    exact = powers / powers.sum(axis=1, keepdims=True) * 65536 - 32768
    assert np.abs(output.reshape(shape) - np.minimum(exact, 32767)).max() <= 2


def test_equal_elements_of_the_longest_row(run: Run) -> None:
    call = KERNEL.lower(
        matched(KERNEL, lambda x: quantized(softmax(real(x), -1), 1e-5, 0), x=(1, 4095))
    )
    x = np.full((1, 4095), 7, np.int8)
    expected = round(1 / 4095 / 1e-5)
    np.testing.assert_array_equal(run(KERNEL, call.params, [x], x), expected)
    np.testing.assert_array_equal(KERNEL.reference(call.params, x), expected)


def test_a_factor_of_the_input_joins_its_scale() -> None:
    def scaled(x: Any) -> Any:
        return quantized(softmax(multiply(real(x, 0.1), relax.const(np.float32(0.5))), -1))

    tables = [
        KERNEL.lower(matched(KERNEL, graph, x=(1, 4))).params["exponentials"]
        for graph in (scaled, lambda x: quantized(softmax(real(x, 0.05), -1)))
    ]
    np.testing.assert_allclose(*tables, rtol=1e-6, atol=2)


@pytest.mark.parametrize(
    "graph, found",
    [
        (
            lambda x: quantized(softmax(real(x), -1), dtype="int16"),
            "An int16 output has scale 1/65536, within 1e-4 of that, and zero point -32768 "
            "(they are 0.1 and -5)",
        ),
        (
            lambda x: quantized(softmax(real(x), -1), dtype="uint8"),
            "The input is int8, the output int8 or int16 (they are int8 and uint8)",
        ),
        (
            lambda x: quantized(softmax(real(x), 0)),
            "The sum runs over the last axis (it runs over axis 0 of 2)",
        ),
        (
            lambda x: quantized(softmax(real(x), -1), scale=2.0),
            "The output's scale lies in [2^-20, 1) (it is 2)",
        ),
        (
            lambda x: quantized(
                softmax(multiply(real(x), relax.const(np.ones(4096, np.float32))), -1)
            ),
            "The last axis has less than 4096 elements (it has 4096)",
        ),
    ],
)
def test_what_is_refused(graph: Any, found: str) -> None:
    assert refusal(KERNEL, graph, x=(1, 4096 if "4096" in found else 4)) == (
        f"tc_softmax_s8 does not apply: {found}"
    )


def test_several_factors_are_refused() -> None:
    def graph(x: Any) -> Any:
        return quantized(softmax(multiply(real(x), relax.const(np.ones(4, np.float32))), -1))

    assert refusal(KERNEL, graph, x=(1, 4)) == (
        "tc_softmax_s8 does not apply: The input is multiplied by at most one number"
        " (it is multiplied by 4)"
    )
