"""tc_table_s8, and the graphs of unary operators that it takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8 import table_s8
from tinycompile.kernels.portable.s8.table_s8 import KERNEL

ALL = np.arange(256, dtype=np.uint8).view(np.int8)
REAL = (ALL.astype(np.float64) - 3) * 0.05  # as `real` has it


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 600))
def test_c_equals_the_reference(run: Run, seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    params = {"count": count, "table": generator.integers(-128, 128, 256).astype(np.int8)}
    x = generator.integers(-128, 128, count).astype(np.int8)
    output = run(KERNEL, params, [x], np.empty(count, np.int8))
    np.testing.assert_array_equal(output, KERNEL.reference(params, x))


def test_c_takes_the_bytes_of_uint8(run: Run) -> None:
    table = np.arange(256)[::-1].astype(np.uint8)
    params = {"count": 256, "table": table.view(np.int8)}
    x = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(run(KERNEL, params, [x], np.empty(256, np.uint8)), table)


def silu(x: relax.Expr) -> relax.Expr:
    return relax.op.multiply(real(x), relax.op.sigmoid(real(x)))


def hard_sigmoid(x: relax.Expr) -> relax.Expr:
    scaled = relax.op.multiply(real(x), relax.const(np.float32(0.2)))
    return relax.op.clip(relax.op.add(scaled, relax.const(np.float32(0.5))), 0, 1)


def mish(x: relax.Expr) -> relax.Expr:
    softplus = relax.op.log(relax.op.add(relax.op.exp(real(x)), relax.const(np.float32(1))))
    return relax.op.multiply(real(x), relax.op.tanh(softplus))


def reflected(x: relax.Expr) -> relax.Expr:
    """With a quantised constant, and a scalar of the tensor's rank."""
    quantised = real(np.array(100, np.int8), scale=0.01, zero_point=0)
    return relax.op.subtract(
        relax.const(np.full((1, 1), 0.5, np.float32)), relax.op.multiply(real(x), quantised)
    )


@pytest.mark.parametrize(
    "graph, function",
    [
        (silu, lambda x: x / (1 + np.exp(-x))),
        (hard_sigmoid, lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
        (mish, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
        (reflected, lambda x: 0.5 - x),
    ],
)
def test_a_graph_of_operators_is_one_table(graph, function) -> None:  # type: ignore[no-untyped-def]
    match = matched(KERNEL, lambda x: quantized(graph(x), scale=0.03, zero_point=-5), x=(1, 9))
    table = table_s8.lower(match).params["table"]
    expected = np.clip(function(REAL) / 0.03 - 5, -128, 127)
    assert np.abs(table - expected).max() <= 0.5001


def test_a_value_used_twice_inside_is_no_obstacle() -> None:
    def graph(x: relax.Expr) -> relax.Expr:
        shared = relax.op.exp(real(x))
        return quantized(relax.op.multiply(shared, relax.op.add(shared, shared)), scale=0.2)

    table = table_s8.lower(matched(KERNEL, graph, x=(4,))).params["table"]
    expected = np.clip(2 * np.exp(REAL) ** 2 / 0.2 - 5, -128, 127)
    assert np.abs(table - expected).max() <= 0.5001


def elu(x: relax.Expr) -> relax.Expr:
    """As importers write it, once a pass has moved its relu before the dequantize."""
    one, minus_one = relax.const(np.float32(1)), relax.const(np.float32(-1))
    negative = relax.op.nn.relu(relax.op.subtract(one, relax.op.exp(real(x))))
    return relax.op.add(relax.op.multiply(minus_one, negative), real(relax.op.clip(x, 3, 127)))


def thresholded(x: relax.Expr) -> relax.Expr:
    above = relax.op.greater(real(x), relax.const(np.float32(1)))
    return relax.op.multiply(relax.op.astype(above, "float32"), real(x))


def shrunk(x: relax.Expr) -> relax.Expr:
    """As an importer writes it, with a tensor of zeros."""
    far = relax.op.logical_or(
        relax.op.greater(real(x), relax.const(np.float32(1))),
        relax.op.less(real(x), relax.const(np.float32(-1))),
    )
    return relax.op.where(far, real(x), relax.op.zeros_like(real(x)))


@pytest.mark.parametrize(
    "graph, function",
    [
        (shrunk, lambda x: np.where(np.abs(x) > 1, x, 0)),
        (elu, lambda x: np.where(x > 0, x, np.expm1(x))),
        (thresholded, lambda x: np.where(x > 1, x, 0)),
    ],
)
def test_what_passes_and_importers_leave_inside(graph, function) -> None:  # type: ignore[no-untyped-def]
    match = matched(KERNEL, lambda x: quantized(graph(x), scale=0.03, zero_point=-5), x=(1, 9))
    table = table_s8.lower(match).params["table"]
    expected = np.clip(function(REAL) / 0.03 - 5, -128, 127)
    assert np.abs(table - expected).max() <= 0.5001


def test_bounds_of_integers_are_a_table() -> None:
    table = table_s8.lower(matched(KERNEL, lambda x: relax.op.clip(x, -7, 100), x=(4,))).params[
        "table"
    ]
    np.testing.assert_array_equal(table, np.clip(ALL, -7, 100))


def test_a_bound_by_a_constant_is_a_table() -> None:
    def graph(x: relax.Expr) -> relax.Expr:
        return relax.op.maximum(x, relax.const(np.int8(-20)))

    table = table_s8.lower(matched(KERNEL, graph, x=(4,))).params["table"]
    np.testing.assert_array_equal(table, np.maximum(ALL, -20))


@pytest.mark.parametrize(
    "graph",
    [
        lambda x, y: quantized(relax.op.add(real(x), real(y))),
        lambda x, y: quantized(relax.op.add(real(x), real(x, scale=0.06))),
        lambda x, y: quantized(relax.op.add(real(x), relax.const(np.ones(4, np.float32)))),
        lambda x, y: quantized(relax.op.nn.softmax(real(x))),
    ],
    ids=["two tensors", "two readings of one", "a constant per channel", "not element-wise"],
)
def test_other_graphs_do_not_match(graph) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AssertionError, match="does not match"):
        matched(KERNEL, graph, x=(4,), y=(4,))


def test_int16_is_refused() -> None:
    def graph(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.exp(real(x)), dtype="int16")

    assert refusal(KERNEL, graph, x=(4,)) == (
        "tc_table_s8 does not apply: Input and output are int8 or uint8 (they are int8 and int16)"
    )
