"""Float operators over weights that are integers, or of 16 bits, in the file."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.tflite_model import Model
from tinycompile.simulate import verify


def weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).integers(-127, 128, shape, np.int8)


def scales(count: int) -> np.ndarray:
    return np.linspace(0.005, 0.02, count)


def halves() -> bytes:
    """Weights of 16 bits behind a DEQUANTIZE."""
    model = Model()
    x, y = model.tensor("x", (1, 12), "float32"), model.tensor("y", (1, 5), "float32")
    w = model.constant("w", (weights(5, 12) / 100).astype(np.float16))
    real = model.tensor("w32", (5, 12), "float32")
    model.operator("DEQUANTIZE", [w], [real], "DequantizeOptions")
    model.operator("FULLY_CONNECTED", [x, real, ""], [y], "FullyConnectedOptions")
    return model.build([x], [y])


def dense(**quantization: object) -> bytes:
    model = Model()
    x, y = model.tensor("x", (1, 12), "float32"), model.tensor("y", (1, 5), "float32")
    w = model.constant("w", weights(5, 12), **quantization)
    b = model.constant("b", np.linspace(-1, 1, 5).astype(np.float32))
    model.operator("FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions")
    return model.build([x], [y])


def conv() -> bytes:
    model = Model()
    x, y = model.tensor("x", (1, 6, 6, 4), "float32"), model.tensor("y", (1, 6, 6, 3), "float32")
    w = model.constant("w", weights(3, 3, 3, 4), scale=scales(3))
    b = model.constant("b", np.ones(3, np.float32))
    model.operator(
        "CONV_2D", [x, w, b], [y], "Conv2DOptions", StrideW=1, StrideH=1, Padding=0,
        DilationWFactor=1, DilationHFactor=1,
    )  # fmt: skip
    return model.build([x], [y])


def depthwise(multiplier: int, inputs: int = 4) -> bytes:
    channels = inputs * multiplier
    model = Model()
    x = model.tensor("x", (1, 6, 6, inputs), "float32")
    y = model.tensor("y", (1, 6, 6, channels), "float32")
    w = model.constant("w", weights(1, 3, 3, channels), scale=scales(channels), axis=3)
    b = model.constant("b", np.ones(channels, np.float32))
    model.operator(
        "DEPTHWISE_CONV_2D", [x, w, b], [y], "DepthwiseConv2DOptions", StrideW=1, StrideH=1,
        Padding=0, DilationWFactor=1, DilationHFactor=1, DepthMultiplier=multiplier,
    )  # fmt: skip
    return model.build([x], [y])


MODELS = {
    "dense": dense(scale=0.01),
    "dense per channel": dense(scale=scales(5)),
    "conv": conv(),
    "depthwise": depthwise(1),
    "depthwise, multiplied": depthwise(2),
    "depthwise of one channel": depthwise(3, inputs=1),
    "16 bits": halves(),
}
KERNELS = {
    "dense": "tc_fully_connected_int8_weights_f32",
    "conv": "tc_conv2d_int8_weights_f32",
    "depthwise": "tc_depthwise_conv2d_int8_weights_f32",
    "16 bits": "tc_fully_connected_f32",
}


@pytest.mark.parametrize("name", MODELS)
def test_a_dynamic_range_model_computes_in_float(name: str, tmp_path: Path) -> None:
    """As LiteRT does on the weights' real values."""
    path = tmp_path / "model.tflite"
    path.write_bytes(MODELS[name])
    made = tinycompile.compile(path)
    done = verify.verify(made, verify.random_inputs(made, runs=3))
    assert done.floats and not done.unseen
    assert {t.dtype for t in (*made.program.inputs, *made.program.outputs)} == {"float32"}
    kind = next(kind for kind in KERNELS if name.startswith(kind))
    assert [layer.kernel.symbol for layer in made.program.layers] == [KERNELS[kind]]


@pytest.mark.parametrize("name", sorted(MODELS.keys() - {"16 bits"}))
def test_int8_weights_take_a_byte_each(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(MODELS[name])
    (layer,) = tinycompile.compile(path).program.layers
    tables = [p for p in layer.call.params.values() if isinstance(p, np.ndarray)]
    channels = layer.output.shape[-1]
    of_a_channel = 4 + 4 + 1  # bias, scale, zero point
    weights = layer.call.params["weights"].size
    assert sum(t.nbytes for t in tables) == weights + of_a_channel * channels
