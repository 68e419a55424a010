"""BATCH_MATMUL equals TFLite Micro bit for bit."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.operators.test_convolution import BITS, data_tensor
from tests.tflite_micro import run_tflite_micro
from tests.tflite_model import Model

STACKS = [((), ()), ((3,), (3,)), ((1, 2), (1, 2)), ((2,), (1,)), ((1,), (4,)), ((1,), ())]


def batch_matmul(
    left: tuple[int, ...],
    right: tuple[int, ...],
    adj_x: bool = False,
    adj_y: bool = False,
    constant: bool = False,
    bits: int = 8,
) -> bytes:
    """(..., 5, 7) x (..., 7, 4), either one stored with its last two axes swapped."""
    model = Model()
    a_shape = (*left, 7, 5) if adj_x else (*left, 5, 7)
    b_shape = (*right, 4, 7) if adj_y else (*right, 7, 4)
    a = data_tensor(model, "a", a_shape, 0.1, -20, bits)
    if constant:
        values = np.random.default_rng(0).integers(-127, 128, b_shape).astype(np.int8)
        if bits == 16:
            values = values.astype(np.int16) * 255
        b = model.constant("b", values, scale=0.033 * 2 ** (8 - bits))
    else:
        b = data_tensor(model, "b", b_shape, 0.033, 31, bits)
    stack = np.broadcast_shapes(left, right)
    y = data_tensor(model, "y", (*stack, 5, 4), 0.71, 4, bits)
    model.operator(
        "BATCH_MATMUL", [a, b], [y], "BatchMatMulOptions", version=2, adj_x=adj_x, adj_y=adj_y
    )
    return model.build([a] if constant else [a, b], [y])


@BITS
@pytest.mark.parametrize(("left", "right"), STACKS)
def test_stacks(left: tuple[int, ...], right: tuple[int, ...], bits: int, run: Run) -> None:
    data = batch_matmul(left, right, bits=bits)
    assert_equals_tflite_micro(data, [f"tc_matmul_s{bits}"], run)


@pytest.mark.parametrize("adj_y", [False, True])
def test_constant_right_operand_is_a_fully_connected_layer(adj_y: bool, run: Run) -> None:
    data = batch_matmul((1, 3), (1, 1), adj_y=adj_y, constant=True)
    assert_equals_tflite_micro(data, ["tc_fully_connected_s8"], run)


@pytest.mark.parametrize("adj_y", [False, True])
@pytest.mark.parametrize(("right", "bits"), [((3,), 8), ((), 16), ((3,), 16)])
def test_other_constant_operands_are_copied_into_memory(
    right: tuple[int, ...], bits: int, adj_y: bool, run: Run
) -> None:
    data = batch_matmul((3,), right, adj_y=adj_y, constant=True, bits=bits)
    assert_equals_tflite_micro(data, ["tc_constant", f"tc_matmul_s{bits}"], run)


@BITS
@pytest.mark.parametrize(("adj_x", "adj_y"), [(True, False), (False, True), (True, True)])
def test_adjoint_operands(adj_x: bool, adj_y: bool, bits: int, run: Run) -> None:
    data = batch_matmul((2,), (2,), adj_x, adj_y, bits=bits)
    kernels = [layer.kernel.symbol for layer in compile_model(data).layers]
    assert kernels[-1] == f"tc_matmul_s{bits}"
    assert_equals_tflite_micro(data, kernels, run)


@pytest.mark.parametrize("code, seed", [("FULLY_CONNECTED", 10), ("BATCH_MATMUL", 35)])
def test_factors_are_found_in_float64(code: str, seed: int, run: Run) -> None:
    """One or two of 150,000 outputs tell them from factors whose scales are multiplied in float32."""
    rng = np.random.default_rng(seed)
    a_scale, b_scale = (float(10**e) for e in rng.uniform(-3, -1, 2))
    out_scale = a_scale * b_scale * float(rng.uniform(300, 900))
    weights = rng.integers(-127, 128, (100, 64)).astype(np.int8)
    a = rng.integers(-128, 128, (1500, 64)).astype(np.int8)
    b = rng.integers(-128, 128, (64, 100)).astype(np.int8)
    model, options = Model(), "FullyConnectedOptions"
    names = [model.tensor("a", a.shape, scale=a_scale)]
    if code == "FULLY_CONNECTED":
        operands = [*names, model.constant("w", weights, scale=b_scale)]
    else:
        operands, options = (
            [*names, model.tensor("b", b.shape, scale=b_scale)],
            "BatchMatMulOptions",
        )
        names = operands
    y = model.tensor("y", (1500, 100), scale=out_scale)
    model.operator(code, operands, [y], options)
    data, inputs = model.build(names, [y]), [a, b][: len(names)]
    (expected,) = run_tflite_micro(data, inputs)
    (actual,) = run_program(compile_model(data), inputs, run)
    np.testing.assert_array_equal(actual, expected)
