"""Which kernel takes a layer: by cost, by family, by the user's word."""

from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.kernels.cmsis_nn.conftest import fake_copy
from tests.tflite_model import Model
from tinycompile import pipeline
from tinycompile.choice import Costs, Load, Measured, known_costs, misjudged, read_measurements
from tinycompile.cmsis_nn import VARIABLE, CmsisNN
from tinycompile.errors import InvalidOption
from tinycompile.kernels import MODES
from tinycompile.target import Isa

MEASUREMENTS = Path(__file__).parents[3] / "benchmarks" / "kernel_costs.csv"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A convolution `conv`, a fully connected layer `dense` and softmax."""
    rng, built = np.random.default_rng(0), Model()
    x = built.tensor("x", (1, 6, 6, 4), scale=0.05, zero_point=3)
    weights = rng.integers(-127, 128, (8, 3, 3, 4)).astype(np.int8)
    w = built.constant("w", weights, scale=np.full(8, 0.01), axis=0)
    conv = built.tensor("conv", (1, 6, 6, 8), scale=0.1, zero_point=-5)
    options = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    padding = {"padding": tflite.Padding.SAME}
    built.operator("CONV_2D", [x, w], [conv], "Conv2DOptions", **options, **padding)
    dense_weights = rng.integers(-127, 128, (5, 288)).astype(np.int8)
    dw = built.constant("dw", dense_weights, scale=0.01)
    dense = built.tensor("dense", (1, 5), scale=0.1, zero_point=0)
    built.operator("FULLY_CONNECTED", [conv, dw], [dense], "FullyConnectedOptions")
    out = built.tensor("out", (1, 5), scale=1 / 256, zero_point=-128)
    built.operator("SOFTMAX", [dense], [out], "SoftmaxOptions", beta=1.0)
    path = tmp_path / "model.tflite"
    path.write_bytes(built.build(inputs=[x], outputs=[out]))
    return path


def kernels(path: Path, **options: object) -> list[str]:
    compiled = pipeline.compile(path, **options)  # type: ignore[arg-type]
    return [layer.kernel.symbol for layer in compiled.program.layers]


def test_cmsis_nn_takes_what_it_can(model: Path, any_copy: CmsisNN) -> None:
    taken = ["tc_cmsis_conv2d_s8", "tc_cmsis_fully_connected_s8", "tc_softmax_s8"]
    assert kernels(model, kernels="cmsis-nn") == taken  # version 4.0 in bakenn has no softmax
    ours = ["tc_dsp_conv2d_s8", "tc_dsp_fully_connected_s8", "tc_softmax_s8"]
    assert kernels(model, kernels="dsp") == ours


def test_auto_is_portable_on_the_host(model: Path, any_copy: CmsisNN) -> None:
    assert kernels(model, target="host") == kernels(model, kernels="portable")
    assert kernels(model, target="host", kernels="cmsis-nn")[0] == "tc_cmsis_conv2d_s8"


def test_portable_takes_everything(model: Path, any_copy: CmsisNN) -> None:
    assert kernels(model, kernels="portable") == [
        "tc_conv2d_s8",
        "tc_fully_connected_s8",
        "tc_softmax_s8",
    ]


def test_without_cmsis_nn_auto_takes_ours_for_the_core_and_says_so(
    model: Path, no_copy: None
) -> None:
    from tinycompile.report import tables

    compiled = pipeline.compile(model)
    assert {layer.kernel.family for layer in compiled.program.layers} == {"dsp", "portable"}
    said = tables.kernels_line(compiled.report)
    assert said == "Of all multiply-accumulates: kernels for DSP instructions 100.0%."
    compiled = pipeline.compile(model, target="cortex-m3")
    assert {layer.kernel.family for layer in compiled.program.layers} == {"portable"}
    assert tables.kernels_line(compiled.report) == (
        "Portable kernels only. To use CMSIS-NN: give --cmsis-nn DIR, set $CMSIS_NN_DIR, or "
        "pip install 'tinycompile[cmsis-nn]'."
    )


def test_cmsis_nn_without_a_copy_is_an_error(model: Path, no_copy: None) -> None:
    with pytest.raises(InvalidOption, match=r"there is no CMSIS-NN here; give --cmsis-nn DIR"):
        pipeline.compile(model, kernels="cmsis-nn")


def test_a_single_layer_can_be_given_a_kernel(model: Path, any_copy: CmsisNN) -> None:
    assert kernels(model, asked={"conv": "tc_conv2d_s8"}, kernels="cmsis-nn") == [
        "tc_conv2d_s8",
        "tc_cmsis_fully_connected_s8",
        "tc_softmax_s8",
    ]
    assert kernels(model, kernels="portable", asked={}) != kernels(model)


@pytest.mark.parametrize(
    ("layer", "kernel", "message"),
    [
        ("conv", "tc_conv2d", "no such kernel here; did you mean tc_conv2d_s8"),
        ("conw", "tc_conv2d_s8", "no layer has this name; did you mean 'conv'?"),
        ("conv", "tc_softmax_s8", "it does not cover this operator"),
        ("out", "tc_cmsis_softmax_s8", "does not apply: CMSIS-NN has arm_softmax_s8 (version 4.0"),
    ],
)
def test_a_kernel_that_cannot_be_is_an_error(
    layer: str, kernel: str, message: str, model: Path, any_copy: CmsisNN
) -> None:
    with pytest.raises(InvalidOption) as error:
        pipeline.compile(model, asked={layer: kernel})
    assert str(error.value).startswith(f"--kernel {layer}={kernel}: ")
    assert message in str(error.value)


def test_an_unknown_mode_is_an_error(model: Path) -> None:
    with pytest.raises(InvalidOption, match="must be one of auto, dsp, mve, cmsis-nn, portable"):
        pipeline.compile(model, kernels="fast")


def test_a_version_without_a_function_leaves_the_layer_to_portable_kernels(
    model: Path, tmp_path: Path
) -> None:
    copy = fake_copy(tmp_path / "cmsis", Source_a="int arm_a(void)\n{\n    return 1;\n}\n")
    compiled = pipeline.compile(model, cmsis_nn=copy, kernels="cmsis-nn")
    assert {layer.kernel.family for layer in compiled.program.layers} == {"portable"}
    refusals = [str(refusal) for refusal in compiled.refusals["conv"]]
    assert (
        "tc_cmsis_conv2d_s8 does not apply: CMSIS-NN has arm_convolve_wrapper_s8 "
        "(version 7.0 at hand has not)"
    ) in refusals
    assert compiled.third_party == {}


def test_auto_never_takes_a_kernel_that_was_measured_slower() -> None:
    measured = read_measurements(MEASUREMENTS)
    assert len(measured) > 100 and {item.isa for item in measured} == {"scalar", "dsp", "mve"}
    costs = {isa.name.lower(): known_costs(isa) for isa in Isa}
    assert misjudged(measured, costs) == []


def test_a_slower_kernel_would_be_noticed() -> None:
    load = Load("", 10, 1)
    slow, fast = Measured("dsp", "a", "slow", load, 9), Measured("dsp", "a", "fast", load, 5)
    costs = {"slow": (0.1, 0.0, 0.0), "fast": (0.2, 0.0, 0.0)}
    assert misjudged([slow, fast], {"dsp": Costs(costs, {})}) == [(slow, fast)]
    assert misjudged([slow, fast], {"dsp": Costs(costs, {"slow": [(10, 1)]})}) == []


def test_a_window_of_its_own_cost_has_it() -> None:
    costs = Costs({"k": (1.0, 0.0, 0.0), "k 3x3": (2.0, 1.0, 5.0)}, {})
    assert costs.estimate("k", Load("", 10, 4)) == 10
    assert costs.estimate("k", Load("3x3", 10, 4)) == 29
    assert costs.estimate("other", Load("", 10, 4)) is None


def test_every_mode_has_a_name() -> None:
    assert MODES == ("auto", "dsp", "mve", "cmsis-nn", "portable")
    assert VARIABLE == "CMSIS_NN_DIR"
