"""Unary int8 operators are one table each, equal to TFLite Micro bit for bit on all 256 inputs."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import tflite

from tests.operators.compiled import compile_model
from tests.tflite_micro import run_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile.program import Program

ALL_INPUTS = np.arange(-128, 128).astype(np.int8).reshape(1, 256)

# (scale, zero point) of input and output.
QUANTIZATIONS = {
    "same": ((0.05, 3), (0.05, 3)),
    "finer": ((0.05, 3), (0.021, -20)),
    "coarser": ((0.02, -128), (0.11, 100)),
    "wide": ((0.9, 10), (0.3, 0)),
}

# operator: its options
FREE = {
    "RELU": ("", {}),
    "RELU6": ("", {}),
    "LEAKY_RELU 0.2": ("LeakyReluOptions", {"alpha": 0.2}),
    "LEAKY_RELU 1.5": ("LeakyReluOptions", {"alpha": 1.5}),
    "HARD_SWISH": ("HardSwishOptions", {}),
    "ELU": ("", {}),
    "ABS": ("AbsOptions", {}),
    "QUANTIZE": ("QuantizeOptions", {}),
}


def model(
    code: str,
    options: str,
    source: tuple[float, int],
    target: tuple[float, int],
    dtypes: tuple[str, str] = ("int8", "int8"),
    **values: Any,
) -> bytes:
    m = Model()
    x = m.tensor("x", (1, 256), dtypes[0], scale=source[0], zero_point=source[1])
    y = m.tensor("y", (1, 256), dtypes[1], scale=target[0], zero_point=target[1])
    m.operator(code, [x], [y], options, **values)
    return m.build([x], [y])


def evaluate(program: Program, x: Array) -> Array:
    (layer,) = program.layers
    assert layer.kernel.symbol == "tc_table_s8"
    return layer.kernel.reference(layer.call.params, x).view(layer.output.dtype)


def assert_equal(data: bytes, x: Array = ALL_INPUTS) -> None:
    (expected,) = run_tflite_micro(data, [x])
    np.testing.assert_array_equal(evaluate(compile_model(data), x).reshape(x.shape), expected)
    assert np.unique(expected).size > 1, "an output that never changes proves nothing"


def computes(operator: str, quantization: str) -> bool:
    """Not a requantisation to the same, nor a RELU6 whose 6 is no int8, which TFLite Micro refuses."""
    source, target = QUANTIZATIONS[quantization]
    if operator.startswith("RELU6"):
        return 6 / source[0] + source[1] <= 127
    return not operator.startswith("QUANTIZE") or source != target


@pytest.mark.parametrize(
    ("operator", "quantization"),
    [case for case in product(FREE, QUANTIZATIONS) if computes(*case)],
)
def test_equals_tflite_micro(operator: str, quantization: str) -> None:
    code, (options, values) = operator.split()[0], FREE[operator]
    source, target = QUANTIZATIONS[quantization]
    assert_equal(model(code, options, source, target, **values))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("operator", ["RELU", "LEAKY_RELU 0.2", "HARD_SWISH", "QUANTIZE"])
def test_equals_tflite_micro_for_random_quantisations(operator: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    source = float(10 ** generator.uniform(-2, 0.3)), int(generator.integers(-100, 100))
    target = source[0] * float(generator.uniform(0.3, 4)), int(generator.integers(-100, 100))
    options, values = FREE[operator]
    assert_equal(model(operator.split()[0], options, source, target, **values))


@pytest.mark.parametrize("scale", [0.003, 0.0123, 0.05, 0.0625, 0.3, 1.9])
@pytest.mark.parametrize("zero_point", [-128, -7, 0, 127])
@pytest.mark.parametrize("code, target", [("LOGISTIC", (1 / 256, -128)), ("TANH", (1 / 128, 0))])
def test_logistic_and_tanh_of_their_prescribed_output(
    code: str, target: tuple[float, int], scale: float, zero_point: int
) -> None:
    assert_equal(model(code, "", (scale, zero_point), target))


def test_a_scale_too_small_for_tflite_micro_compiles() -> None:
    """Its shift is negative there, which C does not define; ours is the function still."""
    data = model("LOGISTIC", "", (1e-10, 0), (1 / 256, -128))
    assert (evaluate(compile_model(data), ALL_INPUTS) == 0).all()


@pytest.mark.parametrize("scale", [0.004, 0.05, 0.7])
def test_reciprocal_square_root(scale: float) -> None:
    assert_equal(model("RSQRT", "", (scale, -128), (0.02, -120)))


@pytest.mark.parametrize(
    "dtypes, source, target",
    [
        (("uint8", "int8"), (0.03, 128), (0.03, 0)),
        (("int8", "uint8"), (0.03, 0), (0.03, 128)),
        (("uint8", "int8"), (0.03, 131), (0.04, -7)),
        (("int8", "uint8"), (0.05, 9), (0.04, 110)),
    ],
)
def test_requantises_between_uint8_and_int8(
    dtypes: tuple[str, str], source: tuple[float, int], target: tuple[float, int]
) -> None:
    data = model("QUANTIZE", "QuantizeOptions", source, target, dtypes)
    assert_equal(data, np.arange(256, dtype=np.uint8).view(dtypes[0]).reshape(1, 256))


def to_real(q: Array, quantization: tuple[float, int]) -> Array:
    return (q.astype(np.float64) - quantization[1]) * quantization[0]


IN_FLOAT = {
    "RELU_0_TO_1": ("", lambda x: np.clip(x, 0, 1)),
    "RELU_N1_TO_1": ("", lambda x: np.clip(x, -1, 1)),
    "EXP": ("ExpOptions", np.exp),
    "LOG": ("", np.log),
    "SQRT": ("", np.sqrt),
    "SQUARE": ("SquareOptions", np.square),
    "NEG": ("NegOptions", np.negative),
    "SIN": ("", np.sin),
    "COS": ("CosOptions", np.cos),
    "FLOOR": ("", np.floor),
    "CEIL": ("", np.ceil),
}


@pytest.mark.parametrize("code", IN_FLOAT)
def test_what_tflite_micro_lacks_in_int8_is_the_float_function(code: str) -> None:
    """Within half a step of the output and float32's rounding; what is undefined is the lowest."""
    options, function = IN_FLOAT[code]
    source, target = (0.021, -3), (0.037, -40)
    program = compile_model(model(code, options, source, target))
    actual = evaluate(program, ALL_INPUTS).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        real = np.nan_to_num(function(to_real(ALL_INPUTS, source)), nan=-1e9)
    expected = np.clip(real / target[0] + target[1], -128, 127)
    assert np.abs(actual - expected).max() <= 0.5001


@pytest.mark.parametrize("approximate", [False, True])
def test_gelu(approximate: bool) -> None:
    source, target = (0.03, 5), (0.02, -60)
    data = model("GELU", "GeluOptions", source, target, approximate=approximate)
    real = to_real(ALL_INPUTS, source).astype(np.float64)
    curve = np.tanh(math.sqrt(2 / math.pi) * (real + 0.044715 * real**3))
    exact = real / 2 * (1 + (curve if approximate else np.vectorize(math.erf)(real / math.sqrt(2))))
    expected = np.clip(exact / target[0] + target[1], -128, 127)
    actual = evaluate(compile_model(data), ALL_INPUTS).astype(np.float64)
    assert np.abs(actual - expected).max() <= 0.5001


def test_a_fused_relu6_of_an_operator_in_float_is_a_clip_of_the_integers() -> None:
    """As TFLite has it: 6 is rounded to the output's steps after the operator, not before."""
    m = Model()
    x = m.tensor("x", (1, 4), scale=0.1)
    y = m.tensor("y", (1, 4), scale=0.07, zero_point=-20)
    relu6 = tflite.ActivationFunctionType.RELU6
    m.operator("ADD", [x, x], [y], "AddOptions", fused_activation_function=relu6)
    (layer,) = compile_model(m.build([x], [y])).layers
    assert (layer.call.params["min"], layer.call.params["max"]) == (-20, 66)
