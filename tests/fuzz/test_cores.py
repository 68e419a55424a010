"""Random networks on simulated cores, by kernels of each family, equal TFLite Micro bit for bit.

CI takes a sample; `pytest -m sweep tests/fuzz/test_cores.py` takes all.
"""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.operators.test_convolution import ACTIVATIONS, SAME, VALID, output_size
from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile import pipeline
from tinycompile.simulate import harness

CORES = ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m33", "cortex-m55"]
PAIRS = [*itertools.product(CORES, ["portable", "cmsis-nn"])]
PAIRS += [("cortex-m4", "dsp"), ("cortex-m7", "dsp"), ("cortex-m33", "dsp"), ("cortex-m55", "mve")]
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.sweep) for seed in range(1, 100))]
LAYERS, RUNS = 12, 3

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Value:
    name: str
    shape: Shape
    scale: float
    zero_point: int


@dataclass
class Network:
    """Layers of int8, each on one of the tensors there are; what nothing reads is an output."""

    rng: np.random.Generator
    model: Model = field(default_factory=Model)
    values: list[Value] = field(default_factory=list)
    unread: list[Value] = field(default_factory=list)

    def tensor(self, shape: Shape, like: Value | None = None) -> Value:
        scale = like.scale if like else float(self.rng.uniform(0.02, 0.2))
        zero_point = like.zero_point if like else int(self.rng.integers(-128, 30))
        value = Value(f"t{len(self.values)}", shape, scale, zero_point)
        self.model.tensor(value.name, shape, scale=scale, zero_point=zero_point)
        self.values.append(value)
        self.unread.append(value)
        return value

    def apply(
        self,
        code: str,
        inputs: list[Value],
        constants: list[str],
        output: Value,
        *options: str,
        **fields: Any,
    ) -> None:
        names = [value.name for value in inputs] + constants
        self.model.operator(code, names, [output.name], *options, **fields)
        self.unread = [value for value in self.unread if value not in inputs]

    def weighted(self, shape: Shape, axis: int, x: Value) -> list[str]:
        """Weights and a bias, with a scale for each channel on `axis`."""
        stem, count = f"c{len(self.model.tensors)}", shape[axis]
        products = np.prod(shape) / count
        scales = self.rng.uniform(0.5, 2, count).astype(np.float32) * np.float32(
            0.02 / products**0.5
        )
        weights = self.rng.integers(-127, 128, shape).astype(np.int8)
        bias = self.rng.integers(-2000, 2000, count).astype(np.int32)
        return [
            self.model.constant(f"{stem}w", weights, scale=scales, axis=axis),
            self.model.constant(f"{stem}b", bias, scale=scales * np.float32(x.scale)),
        ]

    def integers(self, low: int, high: int, count: int) -> list[int]:
        return [int(i) for i in self.rng.integers(low, high + 1, count)]

    def window(self, x: Value) -> None:
        """A convolution, one of each channel by itself, or a pool."""
        code = str(
            self.rng.choice(["CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"])
        )
        size, channels = x.shape[1:3], x.shape[3]
        kernel = [min(k, n) for k, n in zip(self.integers(1, 5, 2), size, strict=True)]
        strides, pool = self.integers(1, 3, 2), code.endswith("POOL_2D")
        dilation = self.integers(1, 2, 2) if not pool and strides == [1, 1] else [1, 1]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        fits = all(r <= n for r, n in zip(reach, size, strict=True))
        padding = SAME if self.rng.random() < 0.6 or not fits else VALID
        fields = {
            "padding": padding, "stride_h": strides[0], "stride_w": strides[1],
            "fused_activation_function": ACTIVATIONS[str(self.rng.choice(list(ACTIVATIONS)))],
        }  # fmt: skip
        out = output_size(tuple(size), tuple(kernel), tuple(strides), tuple(dilation), padding)
        if pool:
            y = self.tensor((1, *out, channels), like=x)
            fields |= {"filter_height": kernel[0], "filter_width": kernel[1]}
            self.apply(code, [x], [], y, "Pool2DOptions", version=2, **fields)
            return
        fields |= {"dilation_h_factor": dilation[0], "dilation_w_factor": dilation[1]}
        if code == "CONV_2D":
            filters = int(self.rng.integers(1, 25))
            constants = self.weighted((filters, *kernel, channels), 0, x)
            y = self.tensor((1, *out, filters))
            self.apply(code, [x], constants, y, "Conv2DOptions", version=3, **fields)
            return
        multiple = int(self.rng.choice([1, 1, 2]))
        constants = self.weighted((1, *kernel, channels * multiple), 3, x)
        y = self.tensor((1, *out, channels * multiple))
        fields["depth_multiplier"] = multiple
        self.apply(code, [x], constants, y, "DepthwiseConv2DOptions", version=3, **fields)

    def pair(self, x: Value) -> None:
        """Two tensors of one shape combined, or stacked."""
        other = next(value for value in self.values if value.shape == x.shape)
        code = str(self.rng.choice(["ADD", "MUL", "CONCATENATION", "MAXIMUM"]))
        if code == "CONCATENATION":
            y = self.tensor((*x.shape[:3], 2 * x.shape[3]), like=x)
            self.apply(code, [x, x], [], y, "ConcatenationOptions", version=2, axis=3)
        elif code == "MAXIMUM":
            self.apply(
                code, [x, x], [], self.tensor(x.shape, like=x), "MaximumMinimumOptions", version=2
            )
        else:
            y = self.tensor(x.shape)
            self.apply(code, [x, other], [], y, f"{code.title()}Options", version=2)

    def dense(self, x: Value) -> None:
        """A softmax, or a fully connected layer over the channels."""
        if self.rng.random() < 0.4:
            y = Value(f"t{len(self.values)}", x.shape, 1 / 256, -128)
            self.apply("SOFTMAX", [x], [], self.tensor(x.shape, like=y), "SoftmaxOptions", beta=1.0)
            return
        filters = int(self.rng.integers(1, 40))
        constants = self.weighted((filters, x.shape[3]), 0, x)
        y = self.tensor((*x.shape[:3], filters))
        fields = {"keep_num_dims": True}
        self.apply(
            "FULLY_CONNECTED", [x], constants, y, "FullyConnectedOptions", version=5, **fields
        )

    def grow(self) -> bytes:
        height = int(self.rng.choice([1, 5, 8, 12]))
        first = self.tensor(
            (1, height, int(self.rng.integers(2, 20)), int(self.rng.integers(1, 12)))
        )
        for _ in range(LAYERS):
            x = self.values[int(self.rng.integers(max(0, len(self.values) - 3), len(self.values)))]
            [self.window, self.window, self.window, self.pair, self.dense][
                int(self.rng.integers(5))
            ](x)
        outputs = [value.name for value in self.unread if value is not first]
        return self.model.build([first.name], outputs)


def network(seed: int) -> tuple[bytes, list[Array], list[list[Array]]]:
    """A network whose outputs move, inputs, and what TFLite Micro makes of them."""
    rng = np.random.default_rng(seed)
    while True:
        data = Network(rng).grow()
        inputs = [random_inputs(data, run)[0] for run in range(RUNS)]
        outputs = [run_tflite_micro(data, [x]) for x in inputs]
        if any((a != b).any() for a, b in zip(outputs[0], outputs[1], strict=True)):
            return data, inputs, outputs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("core", "family"), PAIRS)
def test_random_networks(
    core: str, family: str, seed: int, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    data, inputs, theirs = network(seed)
    path = tmp_path / "net.tflite"
    path.write_bytes(data)
    compiled = pipeline.compile(path, target=core, kernels=family, ram=1 << 20, flash=1 << 20)
    assert family in {layer.kernel.family for layer in compiled.program.layers}
    feeds = [{compiled.program.inputs[0].name: x} for x in inputs]
    (tmp_path / "run").mkdir()
    ours = harness.run_on_target(compiled, feeds, tmp_path / "run")
    for mine, expected in zip(ours, theirs, strict=True):
        for tensor, array in zip(compiled.program.outputs, expected, strict=True):
            found = mine[tensor.name].reshape(array.shape)
            np.testing.assert_array_equal(found, array, tensor.name)
