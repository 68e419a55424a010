"""Element-wise operators on int16 equal TFLite Micro bit for bit, unary ones on all 65,536 inputs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.operators.test_elementwise import NONE, RELU, RELU6, SHAPES, Quantization, binary
from tests.tflite_micro import run_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile.pipeline import compile
from tinycompile.simulate.harness import run_on_host

ALL_INPUTS = np.arange(-32768, 32768).astype(np.int16).reshape(1, -1)
NEAR_UNIT = (1.0, 0.9995, 1.0005)
ALL_INT8 = np.arange(-128, 128).astype(np.int8).reshape(1, -1)
UNIT = 2.0**-15  # the scale of outputs in [-1, 1]


def scales(seed: int) -> tuple[float, float, float]:
    """Of two operands, alike or apart, and of their sum."""
    generator = np.random.default_rng(seed)
    a, b = (float(10**e) for e in generator.uniform(-4.5, -3, 2))
    b = a if seed % 3 == 0 else b
    return a, b, max(a, b) * float(generator.uniform(0.3, 3))


def symmetric(*found: float) -> list[Quantization]:
    return [(scale, 0) for scale in found]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
@pytest.mark.parametrize("code", ["ADD", "SUB"])
def test_sums(code: str, constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_add_constant_s16" if constant else "tc_add_s16"
    for seed, activation in enumerate((NONE, RELU, RELU6)):
        options = {"fused_activation_function": activation}
        found = symmetric(*scales(seed))
        data = binary(code, SHAPES[shapes], found, constant, "int16", **options)
        assert_equals_tflite_micro(data, [kernel], run, seeds=2)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("code", ["ADD", "SUB"])
def test_sums_of_random_scales(code: str, seed: int, run: Run) -> None:
    data = binary(code, ((1, 999), (1, 999)), symmetric(*scales(seed)), dtype="int16")
    assert_equals_tflite_micro(data, ["tc_add_s16"], run, seeds=1)


@pytest.mark.parametrize("code", ["ADD", "SUB"])
def test_sums_of_scales_that_are_powers_of_two(code: str, run: Run) -> None:
    """For these TFLite, not TFLite Micro, has shorter arithmetic."""
    for a, b, out in ((-12, -12, -12), (-12, -10, -10), (-11, -12, -13)):
        found = symmetric(2.0**a, 2.0**b, 2.0**out)
        data = binary(code, ((1, 999), (1, 999)), found, dtype="int16", pot_scale_int16=True)
        assert_equals_tflite_micro(data, ["tc_add_s16"], run, seeds=1)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
def test_products(constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_mul_constant_s16" if constant else "tc_mul_s16"
    for seed, activation in enumerate((NONE, RELU, RELU6)):
        a, b, _ = scales(seed)
        options = {"fused_activation_function": activation}
        found = symmetric(a, b, a * b * (1.1, 5000, 33333)[seed])
        data = binary("MUL", SHAPES[shapes], found, constant, "int16", **options)
        assert_equals_tflite_micro(data, [kernel], run, seeds=2)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("constant", ["", "a", "b"])
@pytest.mark.parametrize("code", ["MINIMUM", "MAXIMUM"])
def test_extremes(code: str, constant: str, shapes: str, run: Run) -> None:
    kernel = "tc_min_max_constant_s16" if constant else "tc_min_max_s16"
    data = binary(code, SHAPES[shapes], symmetric(0.1, 0.1, 0.1), constant, "int16")
    assert_equals_tflite_micro(data, [kernel], run, seeds=2)


@pytest.mark.parametrize("shapes", SHAPES)
def test_squared_differences(shapes: str, run: Run) -> None:
    for seed in range(3):
        a, b, _ = scales(seed)
        found = symmetric(a, b, max(a, b) ** 2 * (30000, 70000, 200000)[seed])
        data = binary("SQUARED_DIFFERENCE", SHAPES[shapes], found, dtype="int16")
        assert_equals_tflite_micro(data, ["tc_squared_difference_s16"], run, seeds=2)


@pytest.mark.parametrize("zero_point", [0, -7])
@pytest.mark.parametrize("slopes", [(1, 1, 8), (1,), (4, 5, 8)])
def test_prelu_with_int8_slopes(slopes: tuple[int, ...], zero_point: int, run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 4, 5, 8), "int16", scale=0.001)
    data = np.random.default_rng(0).integers(-128, 127, slopes, np.int8, endpoint=True)
    alpha = m.constant("alpha", data, scale=0.013, zero_point=zero_point)
    y = m.tensor("y", (1, 4, 5, 8), "int16", scale=0.0007)
    m.operator("PRELU", [x, alpha], [y])
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_prelu_s16"], run)


def unary(
    code: str,
    scale: float,
    out: float | None,
    options: str = "",
    shape: Any = (1, 65536),
    **values: Any,
) -> bytes:
    m = Model()
    x = m.tensor("x", shape, "int16", scale=scale)
    y = m.tensor("y", shape, "int16" if out else "float32", scale=out)
    m.operator(code, [x], [y], options, **values)
    return m.build([x], [y])


def assert_equal(data: bytes, kernel: str, run: Run, x: Array = ALL_INPUTS) -> None:
    program = compile_model(data)
    assert [layer.kernel.symbol for layer in program.layers] == [kernel]
    (actual,), (expected,) = run_program(program, [x], run), run_tflite_micro(data, [x])
    np.testing.assert_array_equal(actual, expected)
    assert np.unique(expected).size > 1, "an output that never changes proves nothing"


RANDOM_SCALES = [float(10**e) for e in np.random.default_rng(0).uniform(-5.5, 0.4, 10)]
SPECIAL_SCALES = [2.0**e for e in range(-14, -9)] + [
    2.0**-12 * 1.0005,
    2.0**-11 * 0.9992,
    1e-7,
    2.6,
]


@pytest.mark.parametrize("scale", RANDOM_SCALES + SPECIAL_SCALES)
@pytest.mark.parametrize("code", ["LOGISTIC", "TANH"])
def test_logistic_and_tanh(code: str, scale: float, run: Run) -> None:
    assert_equal(unary(code, scale, UNIT), f"tc_{code.lower()}_s16", run)


UNARY = {
    "RELU": ("tc_rescale", "", {}),
    "LEAKY_RELU 0.2": ("tc_leaky_relu_s16", "LeakyReluOptions", {"alpha": 0.2}),
    "LEAKY_RELU -1.5": ("tc_leaky_relu_s16", "LeakyReluOptions", {"alpha": -1.5}),
    "ABS": ("tc_abs_s16", "AbsOptions", {}),
    "QUANTIZE": ("tc_rescale", "QuantizeOptions", {}),
}


# The last two tell a factor found in float64 from one in float32.
@pytest.mark.parametrize("out", [0.001, 0.0013, 0.0004, 0.0005, 0.002, 0.1, 0.0012, 0.00088])
@pytest.mark.parametrize("operator", UNARY)
def test_unary(operator: str, out: float, run: Run) -> None:
    kernel, options, values = UNARY[operator]
    if out == 0.001 and operator in ("RELU", "QUANTIZE"):  # of the same scale
        kernel = "tc_clip_s16" if operator == "RELU" else "tc_concat"
    assert_equal(unary(operator.split()[0], 0.001, out, options, **values), kernel, run)


@pytest.mark.parametrize("scale", [0.001, 0.00231, 0.1])
def test_relu6(scale: float, run: Run) -> None:
    assert_equal(unary("RELU6", scale, scale), "tc_clip_s16", run)


@pytest.mark.parametrize("scale, out", [(0.001, 0.01), (2e-4, 0.01), (0.3, 1e-4), (1e-5, 0.02)])
def test_reciprocal_square_root(scale: float, out: float, run: Run) -> None:
    """Of positive numbers, for others TFLite Micro stops."""
    x = ALL_INPUTS[ALL_INPUTS > 0][None]
    assert_equal(unary("RSQRT", scale, out, shape=x.shape), "tc_rsqrt_s16", run, x)


@pytest.mark.parametrize("scale, zero_point", [(0.2, -5), (0.031, 0), (3.0, 127)])
def test_requantises_between_int8_and_int16(scale: float, zero_point: int, run: Run) -> None:
    for source, target in (("int8", "int16"), ("int16", "int8")):
        m, x = Model(), ALL_INT8 if source == "int8" else ALL_INPUTS
        for name, dtype in (("x", source), ("y", target)):
            eight = dtype == "int8"
            quantization = (scale, zero_point) if eight else (0.001, 0)
            m.tensor(name, x.shape, dtype, scale=quantization[0], zero_point=quantization[1])
        m.operator("QUANTIZE", ["x"], ["y"], "QuantizeOptions")
        assert_equal(m.build(["x"], ["y"]), "tc_rescale", run, x)


@pytest.mark.parametrize("scale", [0.001, 3e-5, 0.3])
def test_float_edges(scale: float, run: Run) -> None:
    assert_equal(
        unary("DEQUANTIZE", scale, None, "DequantizeOptions"), "tc_dequantize_s16_f32", run
    )
    m = Model()
    x = m.tensor("x", (1, 5000), "float32")
    y = m.tensor("y", (1, 5000), "int16", scale=scale)
    m.operator("QUANTIZE", [x], [y], "QuantizeOptions")
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_quantize_f32_s16"], run)


@pytest.mark.parametrize("shape", [(1, 2), (1, 10), (3, 4, 7), (1, 1000), (1, 2, 3, 300)])
@pytest.mark.parametrize("scale", [1e-5, 1.1e-4, 0.0003, 0.002, 0.1, 4.0])
def test_softmax(shape: tuple[int, ...], scale: float, run: Run) -> None:
    data = unary("SOFTMAX", scale, UNIT, "SoftmaxOptions", shape, beta=1.0)
    assert_equals_tflite_micro(data, ["tc_softmax_s16"], run)


@pytest.mark.parametrize("beta", [0.25, 0.3, 2.0])
def test_softmax_of_another_beta(beta: float, run: Run) -> None:
    data = unary("SOFTMAX", 3e-4, UNIT, "SoftmaxOptions", (1, 12), beta=beta)
    assert_equals_tflite_micro(data, ["tc_softmax_s16"], run)


@pytest.mark.parametrize("scale", [1e-4, 1.5e-4, 3e-4, 1e-3])
def test_softmax_of_all_differences(scale: float, run: Run) -> None:
    """Every entry of both tables and every place between them."""
    x = np.stack([np.full(65536, 32767, np.int16), ALL_INPUTS.ravel()], axis=1)
    data = unary("SOFTMAX", scale, UNIT, "SoftmaxOptions", x.shape, beta=1.0)
    assert_equal(data, "tc_softmax_s16", run, x)


IN_FLOAT = {
    "EXP": ("ExpOptions", np.exp),
    "NEG": ("NegOptions", np.negative),
    "SQRT": ("", np.sqrt),
}


@pytest.mark.parametrize("code", IN_FLOAT)
def test_what_tflite_micro_lacks_in_int16_is_the_float_function(code: str, tmp_path: Path) -> None:
    options, function = IN_FLOAT[code]
    x = ALL_INPUTS[ALL_INPUTS > 0][None] if code == "SQRT" else ALL_INPUTS
    scale, out = 2e-4, 0.03 if code == "EXP" else 3e-4
    path = tmp_path / "model.tflite"
    path.write_bytes(unary(code, scale, out, options, x.shape))
    compiled = compile(path, target="host")
    assert [layer.kernel.family for layer in compiled.program.layers] == ["generated"]
    (values,) = run_on_host(compiled, [{"x": x}], tmp_path)
    (actual,) = values.values()
    expected = np.clip(function(x * scale) / out, -32768, 32767)
    assert np.abs(actual - expected).max() <= 0.51


def test_a_requantisation_to_int32(run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 8), "int16", scale=0.001)
    y = m.tensor("y", (1, 8), "int32", scale=0.00001)
    m.operator("QUANTIZE", [x], [y], "QuantizeOptions")
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_rescale"], run)


@pytest.mark.parametrize("factor", NEAR_UNIT)
@pytest.mark.parametrize("code", ["LOGISTIC", "TANH", "SOFTMAX"])
def test_a_scale_near_that_of_a_share_counts_as_it(code: str, factor: float, run: Run) -> None:
    """For the operator: who reads the output takes the scale as it is."""
    model = Model()
    x = model.tensor("x", (3, 40), "int16", scale=2.9e-4)
    share = model.tensor("share", (3, 40), "int16", scale=UNIT * factor)
    if code == "SOFTMAX":
        model.operator(code, [x], [share], "SoftmaxOptions", beta=1.0)
    else:
        model.operator(code, [x], [share])
    y = model.tensor("y", (3, 40), "int16", scale=UNIT * factor)
    model.operator("MUL", [share, x], [y], "MulOptions", version=2)
    kernel = f"tc_{code.lower()}_s16"
    assert_equals_tflite_micro(model.build([x], [y]), [kernel, "tc_mul_s16"], run)
