"""tc_softmax_s16: C equals the reference, and nearly the function; what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import multiply
from tvm.relax.op.nn import softmax

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.softmax_s16 import KERNEL, exponentials, inverses

OUTPUT = 2.0**-15


def over_the_last(x: Any) -> Any:
    return softmax(x, -1)


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    scale=st.floats(-16, 2.3).map(lambda exponent: 2.0**exponent),
    seed=e.seeds,
)
@example(shape=(2, 1000), scale=1e-4, seed=0)
@example(shape=(1, 65535), scale=1e-7, seed=0)
def test_c_equals_the_reference(run: Run, shape: Any, scale: float, seed: int) -> None:
    graph = e.unary16(over_the_last, scale, OUTPUT)
    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=shape)
    x = e.integers(seed, shape, "int16") * scale
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    exact = powers / powers.sum(axis=1, keepdims=True) / OUTPUT
    # Every element counts for exp(-10) at least: 2 units of the output where the sum is small.
    assert np.abs(output.reshape(shape) - exact).max() <= 8 + 2 * min(shape[1], 40)


def test_the_tables_are_the_functions() -> None:
    """But for entries moved, so that lines between them fit better."""
    powers = np.exp(np.linspace(-10, 0, 513)) * 2**15
    assert np.abs(exponentials() - np.minimum(powers, 32767)).max() <= 2
    assert np.abs(inverses() - np.minimum(2**15 / np.linspace(1, 2, 513), 32767)).max() <= 2


def test_a_factor_of_the_input_joins_its_scale() -> None:
    def halved(x: Any) -> Any:
        return softmax(multiply(x, relax.const(np.float32(0.5))), -1)

    found = [
        KERNEL.lower(matched(KERNEL, e.unary16(f, scale, OUTPUT), "int16", x=(1, 4))).params
        for f, scale in ((halved, 0.5), (over_the_last, 0.25))
    ]
    assert found[0]["multiplier"] == found[1]["multiplier"]
    assert found[0]["shift"] == found[1]["shift"]


@pytest.mark.parametrize(
    "graph, dtype, found",
    [
        (
            e.unary16(over_the_last, 0.1, OUTPUT),
            "int8",
            "Input and output are int16 (they are int8 and int16)",
        ),
        (
            e.unary16(over_the_last, 0.1, 2 * OUTPUT),
            "int16",
            "The output's scale is 2^-15 (it is 6.10351562e-05)",
        ),
        (
            e.unary16(over_the_last, 8.0, OUTPUT),
            "int16",
            "The input's scale, times the factor of the input, is less than 5 (it is 8)",
        ),
    ],
)
def test_what_is_refused(graph: Any, dtype: str, found: str) -> None:
    assert refusal(KERNEL, graph, dtype=dtype, x=(1, 4)) == (
        f"tc_softmax_s16 does not apply: {found}"
    )


def test_a_long_axis_is_refused() -> None:
    graph = e.unary16(over_the_last, 0.1, OUTPUT)
    assert refusal(KERNEL, graph, dtype="int16", x=(1, 1 << 16)) == (
        "tc_softmax_s16 does not apply: The last axis has less than 65536 elements (it has 65536)"
    )
