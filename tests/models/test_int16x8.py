"""A convolutional network of int16 activations and int8 weights through the whole compiler."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from tests.kernels.cmsis_nn.conftest import COPIES, open_copy
from tests.operators.test_convolution import ACTIVATIONS, SAME, VALID, weighted
from tests.tflite_model import Model
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import harness, verify

Shape = tuple[int, ...]


class Network:
    """Builds a chain of layers; scales are those that keep most values in range."""

    def __init__(self, shape: Shape) -> None:
        self.model, self.rng = Model(), np.random.default_rng(0)
        self.input = self.data = self.tensor("image", shape, 2.0**-15)

    def tensor(self, name: str, shape: Shape, scale: float) -> str:
        return self.model.tensor(name, shape, "int16", scale=scale)

    def constants(self, name: str, shape: Shape, axis: int, dtype: str) -> list[str]:
        """Weights and a bias, whose scales are those of the file's weights alone."""
        part = Model()
        made = weighted(part, self.rng, shape, axis, bits=16, bias_dtype=dtype)
        for tensor in made:
            t = part.tensors[tensor]
            assert t.data is not None
            self.model.constant(f"{name}/{tensor}", t.data, scale=t.scales, axis=t.axis)
        return [f"{name}/{tensor}" for tensor in made]

    def layer(
        self, code: str, name: str, shape: Shape, scale: float, *inputs: str, **options: object
    ) -> str:
        kind = str(options.pop("options"))
        output = self.tensor(name, shape, scale)
        self.model.operator(code, [self.data, *inputs], [output], kind, version=4, **options)
        self.data = output
        return output


def network() -> bytes:
    n = Network((1, 13, 10, 3))
    window = {"padding": SAME, "stride_h": 2, "stride_w": 2}
    n.layer(
        "CONV_2D", "net/conv", (1, 7, 5, 8), 2.0**-13,
        *n.constants("conv", (8, 3, 3, 3), 0, "int64"), options="Conv2DOptions",
        dilation_h_factor=1, dilation_w_factor=1, fused_activation_function=ACTIVATIONS["relu"],
        **window,
    )  # fmt: skip
    widths = n.model.constant("widths", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
    n.layer("PAD", "net/pad", (1, 9, 7, 8), 2.0**-13, widths, options="PadOptions")
    window = {"padding": VALID, "stride_h": 1, "stride_w": 1}
    first = n.layer(
        "DEPTHWISE_CONV_2D", "net/depthwise", (1, 7, 5, 8), 2.0**-13,
        *n.constants("depthwise", (1, 3, 3, 8), 3, "int64"), options="DepthwiseConv2DOptions",
        depth_multiplier=1, dilation_h_factor=1, dilation_w_factor=1,
        fused_activation_function=ACTIVATIONS["relu6"], **window,
    )  # fmt: skip
    n.layer(
        "CONV_2D", "net/pointwise", (1, 7, 5, 8), 2.0**-12,
        *n.constants("pointwise", (8, 1, 1, 8), 0, "int32"), options="Conv2DOptions",
        dilation_h_factor=1, dilation_w_factor=1, **window,
    )  # fmt: skip
    n.layer("ADD", "net/sum", (1, 7, 5, 8), 2.0**-12, first, options="AddOptions")
    n.layer(
        "MAX_POOL_2D", "net/pool", (1, 3, 2, 8), 2.0**-12, options="Pool2DOptions",
        padding=VALID, stride_h=2, stride_w=2, filter_height=2, filter_width=2,
    )  # fmt: skip
    shape = n.model.constant("shape", np.array([1, 48], np.int32))
    n.layer("RESHAPE", "net/flat", (1, 48), 2.0**-12, shape, options="ReshapeOptions")
    n.layer(
        "FULLY_CONNECTED", "net/dense", (1, 5), 2.0**-11,
        *n.constants("dense", (5, 48), 0, "int64"), options="FullyConnectedOptions",
    )  # fmt: skip
    n.layer("SOFTMAX", "scores", (1, 5), 2.0**-15, options="SoftmaxOptions", beta=1.0)
    return n.model.build([n.input], [n.data])


@cache
def compiled(chip: str, copy: CmsisNN | None = None) -> Compiled:
    """By CMSIS-NN wherever `copy` can, or by portable kernels."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "net.tflite"
        path.write_bytes(network())
        kernels, root = ("cmsis-nn", copy.root) if copy else ("portable", None)
        return compile(path, target=chip, kernels=kernels, cmsis_nn=root)


KERNELS = [
    "conv2d", "depthwise_conv2d", "conv2d", "add", "max_pool2d", "fully_connected", "softmax",
]  # fmt: skip


def test_every_layer_equals_tflite_micro(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(network())
    model = compile(path, target="host")
    symbols = [layer.kernel.symbol for layer in model.program.layers]
    assert symbols == [f"tc_{name}_s16" for name in KERNELS]
    done = verify.verify(model, verify.random_inputs(model, runs=20))
    assert (done.tensors, done.constant, done.largest_difference) == (7, (), 0)


@pytest.mark.parametrize("chip", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_a_simulated_core_computes_what_the_host_does(chip: str, qemu: str, arm_gcc: str) -> None:
    model = compiled(chip)
    assert verify.run_on_target(model, verify.random_inputs(model, runs=6))


@pytest.mark.parametrize("chip", ["cortex-m4", "cortex-m55"])
@pytest.mark.parametrize("name", COPIES)
def test_cmsis_nn_computes_the_same(
    name: str, chip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qemu: str, arm_gcc: str
) -> None:
    """But for the dense layer, of many scales, and before version 6 the convolution with an int32 bias."""
    copy = open_copy(name, monkeypatch)
    if "arm_convolve_wrapper_s16" not in copy.functions:
        pytest.skip(f"{copy} has no functions for int16")
    model, portable = compiled(chip, copy), compiled(chip)
    left = {item.output.name for item in model.program.layers if item.kernel.family == "portable"}
    assert left == {"net/dense"} | ({"net/pointwise"} if copy.version < (6, 0) else set())
    assert model.report["cmsis_nn_macs"] / model.report["macs"] > (0.7 if len(left) > 1 else 0.98)
    inputs = verify.random_inputs(model, runs=6)
    (tmp_path / "host").mkdir()
    expected = harness.run_on_host(portable, inputs, tmp_path / "host")
    for ours, theirs in zip(harness.run_on_target(model, inputs, tmp_path), expected, strict=True):
        np.testing.assert_array_equal(ours["scores"], theirs["scores"])


def test_the_c_takes_and_gives_int16() -> None:
    header = compiled("cortex-m4").files["net.h"]
    assert "static inline int16_t *net_input(void *arena)" in header
    assert "#define NET_INPUT_COUNT 390 /**<" in header
    assert "const int16_t *net_output(const void *arena)" in header


def test_random_inputs_reach_over_the_whole_range() -> None:
    model = compiled("cortex-m4")
    values = np.concatenate([a["image"].ravel() for a in verify.random_inputs(model, runs=6)])
    assert values.dtype == np.int16
    assert values.min() < -32000 and values.max() > 32000
    assert np.unique(values % 256).size > 200, "not only multiples of 256"
