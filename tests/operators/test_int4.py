"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with int4 weights equal TFLite Micro, in half the flash."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model
from tests.operators.test_convolution import (
    ACTIVATIONS,
    CONVOLUTIONS,
    DEPTHWISE,
    output_size,
)
from tests.tflite_model import Model
from tinycompile.errors import InvalidModel, UnsupportedOperator

PACKED = "tc_conv2d_packed_s8"


def weighted(
    model: Model, rng: np.random.Generator, shape: tuple[int, ...], axis: int, dtype: str = "int4"
) -> list[str]:
    """int4 weights with a scale per channel on `axis`, or those values as int8, and a bias."""
    scales = rng.uniform(0.01, 0.1, shape[axis]).astype(np.float32)
    weights = rng.integers(-8, 8, shape).astype(np.int8)
    add = model.int4 if dtype == "int4" else model.constant
    bias = rng.integers(-2000, 2000, shape[axis]).astype(np.int32)
    return [
        add("w", weights, scale=scales, axis=axis),
        model.constant("b", bias, scale=scales * np.float32(0.05)),
    ]


def conv2d(case: str, filters: int, activation: str = "none", dtype: str = "int4") -> bytes:
    """A convolution of CONVOLUTIONS with more filters: few are not worth packing."""
    (h, w, c), shape, strides, dilations, padding = CONVOLUTIONS[case]
    shape = (filters, *shape[1:])
    rng, model = np.random.default_rng(len(case)), Model()
    x = model.tensor("x", (1, h, w, c), scale=0.05, zero_point=int(rng.integers(-128, 128)))
    constants = weighted(model, rng, shape, 0, dtype)
    out = output_size((h, w), shape[1:3], strides, dilations, padding)
    y = model.tensor("y", (1, *out, filters), scale=0.1, zero_point=-4)
    model.operator(
        "CONV_2D", [x, *constants], [y], "Conv2DOptions", version=7,
        padding=padding, stride_h=strides[0], stride_w=strides[1],
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    return model.build([x], [y])


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_conv2d(case: str, run: Run) -> None:
    outputs = assert_equals_tflite_micro(conv2d(case, 48), [PACKED], run, seeds=2)
    assert np.unique(outputs).size > 5


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_conv2d_with_fused_activations(activation: str, run: Run) -> None:
    assert_equals_tflite_micro(conv2d("3x3", 21, activation), [PACKED], run)


@pytest.mark.parametrize("case", DEPTHWISE)
def test_depthwise_conv2d(case: str, run: Run) -> None:
    (h, w, c), multiplier, kernel, strides, dilations, padding = DEPTHWISE[case]
    c *= 16 if c > 1 else 1
    rng, model = np.random.default_rng(len(case)), Model()
    x = model.tensor("x", (1, h, w, c), scale=0.05, zero_point=int(rng.integers(-128, 128)))
    constants = weighted(model, rng, (1, *kernel, c * multiplier), 3)
    out = output_size((h, w), kernel, strides, dilations, padding)
    y = model.tensor("y", (1, *out, c * multiplier), scale=0.05, zero_point=-7)
    model.operator(
        "DEPTHWISE_CONV_2D", [x, *constants], [y], "DepthwiseConv2DOptions", version=7,
        padding=padding, stride_h=strides[0], stride_w=strides[1], depth_multiplier=multiplier,
        dilation_h_factor=dilations[0], dilation_w_factor=dilations[1],
    )  # fmt: skip
    outputs = assert_equals_tflite_micro(model.build([x], [y]), [PACKED], run, seeds=2)
    assert np.unique(outputs).size > 5


@pytest.mark.parametrize("shape", [(1, 7), (5, 16), (1, 301)])
@pytest.mark.parametrize("activation", ["none", "relu"])
def test_fully_connected(shape: tuple[int, ...], activation: str, run: Run) -> None:
    rng, model = np.random.default_rng(sum(shape)), Model()
    x = model.tensor("x", shape, scale=0.05, zero_point=int(rng.integers(-128, 128)))
    weights = rng.integers(-8, 8, (30, shape[-1])).astype(np.int8)
    w = model.int4("w", weights, scale=0.03)
    b = model.constant("b", rng.integers(-2000, 2000, 30).astype(np.int32), scale=0.0015)
    y = model.tensor("y", (*shape[:-1], 30), scale=0.3, zero_point=3)
    model.operator(
        "FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions", version=10,
        fused_activation_function=ACTIVATIONS[activation],
    )  # fmt: skip
    data = model.build([x], [y])
    assert_equals_tflite_micro(data, ["tc_fully_connected_packed_s8"], run)


def test_few_weights_stay_plain(run: Run) -> None:
    assert_equals_tflite_micro(conv2d("3x3", 2), ["tc_conv2d_s8"], run)


def test_flash_is_halved_and_without_int4_nothing_is_packed(tmp_path: Path) -> None:
    sizes = {}
    for dtype in ("int4", "int8"):
        path = tmp_path / f"{dtype}.tflite"
        path.write_bytes(conv2d("1x1", 2000, dtype=dtype))
        compiled = tinycompile.compile(path, target="host")
        sizes[dtype] = compiled.report["flash"]["constant_bytes"]
        assert compiled.program.layers[0].kernel.packed == (dtype == "int4")
    assert (
        sizes["int8"] - sizes["int4"] == 2000 * 8 // 2 - 16 - 4 * 3
    )  # codebook, three fields more


def test_a_damaged_int4_constant_is_refused(tmp_path: Path) -> None:
    model = Model()
    x = model.tensor("x", (1, 8), scale=0.1)
    y = model.tensor("y", (1, 3), scale=0.1)
    w = model.tensor("w", (3, 8), "int4", scale=0.1, data=np.zeros((2, 8), np.int8))
    model.operator("FULLY_CONNECTED", [x, w, ""], [y], "FullyConnectedOptions", version=10)
    path = tmp_path / "short.tflite"
    path.write_bytes(model.build([x], [y]))
    with pytest.raises(InvalidModel, match=r"8 bytes of data, its shape \(3, 8\) takes 12"):
        tinycompile.compile(path)


def test_int4_is_for_weights(tmp_path: Path) -> None:
    model = Model()
    x, y = (model.tensor(name, (1, 8), "int4", scale=0.1) for name in "xy")
    w = model.int4("w", np.ones((8, 8), np.int8), scale=0.1)
    model.operator("FULLY_CONNECTED", [x, w, ""], [y], "FullyConnectedOptions", version=10)
    path = tmp_path / "model.tflite"
    path.write_bytes(model.build([x], [y]))
    with pytest.raises(UnsupportedOperator, match="4-bit activations are not supported"):
        tinycompile.compile(path)


def test_same_values_in_int8_are_packed_only_when_asked() -> None:
    program = compile_model(conv2d("1x1", 48, dtype="int8"))
    assert [layer.kernel.symbol for layer in program.layers] == ["tc_conv2d_s8"]
