"""ADD, SUB, MUL, MINIMUM, MAXIMUM, SQUARED_DIFFERENCE and PRELU equal TFLite Micro bit for bit."""

from typing import Any

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.tflite_model import Model, run_tflite_micro
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
