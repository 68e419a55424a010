"""Gates, sums and reductions of int16 between float32 and int8 edges, through the whole compiler."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import tflite

from tests.tflite_model import Model
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import verify

UNIT = 2.0**-15
IMAGE = (1, 6, 6, 4)
POOL = {
    "padding": tflite.Padding.VALID, "stride_h": 2, "stride_w": 2, "filter_height": 2,
    "filter_width": 2,
}  # fmt: skip


def network() -> bytes:
    """tanh(x) * sigmoid(x), a residual sum, activations, pools and a mean."""
    m, rng = Model(), np.random.default_rng(0)

    def layer(code: str, name: str, shape: tuple[int, ...], scale: float, *inputs: str,
              options: str = "", **values: Any) -> str:  # fmt: skip
        m.tensor(name, shape, "int16", scale=scale)
        m.operator(code, inputs, [name], options, **values)
        return name

    def constant(name: str, shape: tuple[int, ...], dtype: str, scale: float) -> str:
        limits = np.iinfo(dtype)
        data = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
        return m.constant(name, data, scale=scale)

    image = m.tensor("image", IMAGE, "float32")
    x = layer("QUANTIZE", "x", IMAGE, 2e-4, image, options="QuantizeOptions")
    filtered = layer("TANH", "filter", IMAGE, UNIT, x)
    gate = layer("LOGISTIC", "gate", IMAGE, UNIT, x)
    y = layer("MUL", "gated", IMAGE, UNIT, filtered, gate, options="MulOptions")
    y = layer("ADD", "residual", IMAGE, 2.3e-4, y, x, options="AddOptions")
    offset = constant("offset", (4,), "int16", 3e-5)
    y = layer("SUB", "shifted", IMAGE, 2.3e-4, y, offset, options="SubOptions")
    y = layer("LEAKY_RELU", "leaky", IMAGE, 2e-4, y, options="LeakyReluOptions", alpha=0.1)
    gain = constant("gain", (1, 1, 4), "int16", 5e-5)
    y = layer("MUL", "scaled", IMAGE, 2.9e-4, y, gain, options="MulOptions")
    slopes = constant("slopes", (1, 1, 4), "int8", 0.01)
    y = layer("PRELU", "prelu", IMAGE, 2.9e-4, y, slopes)
    small = (1, 3, 3, 4)
    mean = layer("AVERAGE_POOL_2D", "mean pool", small, 2.9e-4, y, options="Pool2DOptions", **POOL)
    most = layer("MAX_POOL_2D", "max pool", small, 2.9e-4, y, options="Pool2DOptions", **POOL)
    y = layer("SQUARED_DIFFERENCE", "spread", small, 4e-4, most, mean,
              options="SquaredDifferenceOptions")  # fmt: skip
    y = layer("RELU", "relu", small, 5e-4, y)
    axes = m.constant("axes", np.array([1, 2], np.int32))
    y = layer("MEAN", "mean", (1, 4), 3e-4, y, axes, options="ReducerOptions", keep_dims=False)
    out = m.tensor("out", (1, 4), scale=0.001, zero_point=-100)
    m.operator("QUANTIZE", [y], [out], "QuantizeOptions")
    return m.build([image], [out])


@cache
def compiled(chip: str) -> Compiled:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gates.tflite"
        path.write_bytes(network())
        return compile(path, target=chip)


KERNELS = [
    "quantize_f32_s16", "tanh_s16", "logistic_s16", "mul_s16", "add_s16", "add_constant_s16",
    "leaky_relu_s16", "mul_constant_s16", "prelu_s16", "avg_pool2d_s16", "max_pool2d_s16",
    "squared_difference_s16", "rescale", "mean_s16", "rescale",
]  # fmt: skip


def test_every_layer_equals_tflite_micro(tmp_path: Path) -> None:
    path = tmp_path / "gates.tflite"
    path.write_bytes(network())
    model = compile(path, target="host")
    symbols = [layer.kernel.symbol for layer in model.program.layers]
    assert symbols == [f"tc_{name}" for name in KERNELS]
    done = verify.verify(model, verify.random_inputs(model, runs=20))
    assert (done.tensors, done.constant, done.largest_difference) == (len(KERNELS), (), 0)


@pytest.mark.parametrize("chip", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_a_simulated_core_computes_what_the_host_does(chip: str, qemu: str, arm_gcc: str) -> None:
    model = compiled(chip)
    assert verify.run_on_target(model, verify.random_inputs(model, runs=6))
