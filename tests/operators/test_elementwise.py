"""Operators on elements, and L2_NORMALIZATION, equal TFLite Micro bit for bit."""

from typing import Any

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.tflite_micro import run_tflite_micro
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator
from tinycompile.quantization import integer_limits

NONE = tflite.ActivationFunctionType.NONE
RELU = tflite.ActivationFunctionType.RELU
RELU6 = tflite.ActivationFunctionType.RELU6

SHAPES = {
    "equal": ((1, 4, 5, 8), (1, 4, 5, 8)),
    "channels": ((1, 4, 5, 8), (8,)),
    "channels first": ((1, 1, 1, 8), (1, 4, 5, 8)),
    "scalar": ((1, 4, 5, 8), (1,)),
    "spatial": ((1, 4, 5, 8), (1, 4, 5, 1)),
    "both": ((1, 4, 1, 8), (1, 1, 5, 1)),
    "rank 2": ((1, 10), (1, 10)),
}
Quantization = tuple[float, int]


def binary(
    code: str,
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
    quantizations: list[Quantization],
    constant: str = "",
    dtype: str = "int8",
    **options: Any,
) -> bytes:
    """`constant` is "a", "b" or neither."""
    generator, m = np.random.default_rng(0), Model()
    kind = "MaximumMinimum" if code.endswith("IMUM") else code.title().replace("_", "")
    for name, shape, (scale, zero_point) in zip("ab", shapes, quantizations[:2], strict=True):
        data = None
        if name == constant:
            data = generator.integers(*integer_limits(dtype), shape, dtype, endpoint=True)
        m.tensor(name, shape, dtype, scale=scale, zero_point=zero_point, data=data)
    scale, zero_point = quantizations[2]
    m.tensor("y", np.broadcast_shapes(*shapes), dtype, scale=scale, zero_point=zero_point)
    m.operator(code, ["a", "b"], ["y"], f"{kind}Options", **options)
    return m.build([name for name in "ab" if name != constant], ["y"])


def random_quantizations(seed: int) -> list[Quantization]:
    """Of a, b and of their sum."""
    generator = np.random.default_rng(seed)
    zero_points = [int(z) for z in generator.integers(-100, 50, 3)]
    a, b = (float(10**e) for e in generator.uniform(-1.5, -0.5, 2))
    return list(zip((a, b, max(a, b) * float(generator.uniform(0.5, 3))), zero_points, strict=True))


def of_product(quantizations: list[Quantization]) -> list[Quantization]:
    (a, za), (b, zb), (_, z) = quantizations
    return [(a, za), (b, zb), (a * b * 57.3, z)]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
@pytest.mark.parametrize("code", ["ADD", "SUB"])
def test_sums(code: str, constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_add_constant_s8" if constant else "tc_add_s8"
    for seed, activation in enumerate((NONE, RELU, RELU6), start=1):
        data = binary(
            code,
            SHAPES[shapes],
            random_quantizations(seed),
            constant,
            fused_activation_function=activation,
        )
        assert_equals_tflite_micro(data, [kernel], run, seeds=2)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("code", ["ADD", "SUB"])
def test_sums_of_random_quantisations(code: str, seed: int, run: Run) -> None:
    data = binary(code, SHAPES["equal"], random_quantizations(seed))
    assert_equals_tflite_micro(data, ["tc_add_s8"], run, seeds=2)


@pytest.mark.parametrize("seed", [39, 46, 51, 81, 85])
def test_differences_have_factors_found_in_float64(seed: int, run: Run) -> None:
    """Of all pairs of inputs, one or two tell them from those found in float32."""
    data = binary("SUB", ((256, 1), (1, 256)), random_quantizations(seed))
    every = np.arange(-128, 128).astype(np.int8)
    inputs = [every.reshape(256, 1), every.reshape(1, 256)]
    (expected,) = run_tflite_micro(data, inputs)
    (actual,) = run_program(compile_model(data), inputs, run)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
def test_products(constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_mul_constant_s8" if constant else "tc_mul_s8"
    for seed, activation in enumerate((NONE, RELU, RELU6)):
        quantizations = of_product(random_quantizations(seed))
        options = {"fused_activation_function": activation}
        data = binary("MUL", SHAPES[shapes], quantizations, constant, **options)
        assert_equals_tflite_micro(data, [kernel], run, seeds=2)


def test_a_tensor_plus_and_times_itself(run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 32), scale=0.1, zero_point=4)
    y = m.tensor("y", (1, 32), scale=0.2, zero_point=-4)
    z = m.tensor("z", (1, 32), scale=4.0, zero_point=-100)
    m.operator("ADD", [x, x], [y], "AddOptions")
    m.operator("MUL", [y, y], [z], "MulOptions")
    assert_equals_tflite_micro(m.build([x], [z]), ["tc_add_s8", "tc_mul_s8"], run)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
@pytest.mark.parametrize("code", ["MINIMUM", "MAXIMUM"])
def test_extremes(code: str, constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_min_max_constant_s8" if constant else "tc_min_max_s8"
    if constant == "b" and shapes == "scalar":
        kernel = "tc_table_s8"
    data = binary(code, SHAPES[shapes], [(0.1, 3)] * 3, constant)
    assert_equals_tflite_micro(data, [kernel], run, seeds=2)


@pytest.mark.parametrize("shapes", SHAPES)
def test_squared_differences(shapes: str, run: Run) -> None:
    for seed in range(3):
        a, b, _ = random_quantizations(seed)
        larger = max(a[0], b[0])
        data = binary("SQUARED_DIFFERENCE", SHAPES[shapes], [a, b, (larger * larger * 90, -100)])
        assert_equals_tflite_micro(data, ["tc_squared_difference_s8"], run, seeds=2)


@pytest.mark.parametrize("slopes", [(1, 1, 8), (8,), (1,), (4, 5, 8), (4, 1, 1)])
def test_prelu(slopes: tuple[int, ...], run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 4, 5, 8), scale=0.1, zero_point=4)
    data = np.random.default_rng(0).integers(-128, 127, slopes, np.int8, endpoint=True)
    alpha = m.constant("alpha", data, scale=0.013, zero_point=3)
    y = m.tensor("y", (1, 4, 5, 8), scale=0.07, zero_point=-9)
    m.operator("PRELU", [x, alpha], [y])
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_prelu_s8"], run)


@pytest.mark.parametrize("shapes", ["equal", "channels", "scalar"])
@pytest.mark.parametrize(("dtype", "out"), [("int8", (0.2, -100)), ("int16", (5e-3, 0))])
def test_squared_differences_to_constants(
    shapes: str, dtype: str, out: Quantization, run: Run
) -> None:
    """Such as a scalar, which float would round otherwise."""
    scale = 0.05 if dtype == "int8" else 2e-4
    zero_points = (7, -9) if dtype == "int8" else (0, 0)
    found = [(scale, zero_points[0]), (scale * 0.7, zero_points[1]), out]
    for constant in "ab":
        data = binary("SQUARED_DIFFERENCE", SHAPES[shapes], found, constant, dtype)
        kernel = f"tc_squared_difference_s{dtype[3:]}"
        assert_equals_tflite_micro(data, ["tc_constant", kernel], run)


@pytest.mark.parametrize("shape", [(1, 7), (5, 128), (1, 2, 3, 9)])
@pytest.mark.parametrize("zero_point", [-128, 3])
def test_rows_over_their_norm(shape: tuple[int, ...], zero_point: int, run: Run) -> None:
    m = Model()
    m.tensor("x", shape, scale=0.05, zero_point=zero_point)
    m.tensor("y", shape, scale=1 / 128)
    m.operator("L2_NORMALIZATION", ["x"], ["y"], "L2NormOptions")
    assert_equals_tflite_micro(m.build(["x"], ["y"]), ["tc_l2_normalize_s8"], run)


def operation(code: str, dtype: str, out: str, options: str) -> bytes:
    """Of (1, 40) `dtype` to `out`; quantised, but for float32."""
    m = Model()
    m.tensor("x", (1, 40), dtype, scale=0.05, zero_point=3 if dtype == "int8" else 0)
    m.tensor("y", (1, 40), out, scale=None if out == "float32" else 0.1)
    operands = {"CUMSUM": np.array(1, np.int32), "DIV": np.array(5, np.int8)}
    more = []
    if code in operands:
        scale = 0.1 if code == "DIV" else None
        more = [m.constant("operand", operands[code], scale=scale)]
    m.operator(code, ["x", *more], ["y"], options)
    return m.build(["x"], ["y"])


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_a_cast_gives_the_integers(dtype: str, run: Run) -> None:
    data = operation("CAST", dtype, "float32", "CastOptions")
    assert_equals_tflite_micro(data, [f"tc_dequantize_s{dtype[3:]}_f32"], run)


@pytest.mark.parametrize(
    ("code", "out", "words"),
    [
        ("CAST", "int32", "CAST 'y': from int8 to int32; of quantised tensors"),
        ("CUMSUM", "int8", "CUMSUM 'y': of quantised tensors"),
        ("DIV", "int8", "DIV 'y': of int8 TFLite leaves small quotients undefined"),
    ],
)
def test_what_cannot_be_as_in_tflite_is_refused(code: str, out: str, words: str) -> None:
    with pytest.raises(UnsupportedOperator, match=words):
        compile_model(operation(code, "int8", out, f"{code.title()}Options"))
