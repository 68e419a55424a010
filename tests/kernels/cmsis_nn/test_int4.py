"""int4 weights by CMSIS-NN: plain C and cores of every instruction set equal the reference; limits; scratch.

They came with version 5: without $CMSIS_NN_DIR most of this is skipped.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

import tinycompile
from tests.kernels import cases
from tests.kernels.cmsis_nn import test_layers as layers
from tests.kernels.cmsis_nn.buffer_sizes import CONVOLUTION, CORES, FIELDS, asked, convolution_sizes
from tests.kernels.cmsis_nn.calls import SETTINGS, CmsisRun, assert_equal
from tests.kernels.cmsis_nn.convolutions import convolutions
from tests.kernels.cmsis_nn.test_refusals import refused
from tests.kernels.graphs import quantized, real
from tests.operators.test_int4 import conv2d
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.kernels.cmsis_nn import int4
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.simulate import verify
from tinycompile.target import Isa

LAYOUT = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
CONV, DEPTHWISE, DENSE = (
    f"tc_cmsis_{name}_s4" for name in ("conv2d", "depthwise_conv2d", "fully_connected")
)


def convolution(case: dict[str, Any], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.01, 0.2, case["weights"][0]).astype(np.float32)
    weights = real(rng.integers(-8, 8, case["weights"]).astype(np.int8), scales, 0)
    biases = rng.integers(-300, 300, len(scales)).astype(np.int32)
    bias = real(biases, scales * np.float32(0.05), 0)
    names = ("strides", "dilation", "padding", "groups")
    attributes = {name: case[name] for name in names} | LAYOUT
    points = rng.integers(-128, 128, 2)

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d(real(x, 0.05, int(points[0])), weights, **attributes)
        return quantized(relax.op.add(conv, bias), float(rng.uniform(0.1, 0.5)), int(points[1]))

    return build


def dense(rng: np.random.Generator, k: int, n: int) -> Any:
    weights = rng.integers(-8, 8, (k, n)).astype(np.int8)
    zero_point = int(rng.integers(-128, 128))

    def build(x: Any) -> Any:
        w = real(weights, 0.1, 0)
        return quantized(relax.op.matmul(real(x, 0.05, zero_point), w), 0.3, 11)

    return build


@SETTINGS
@given(case=convolutions(), filters=st.integers(1, 30), seed=cases.SEEDS)
def test_convolution(run: CmsisRun, case: dict[str, Any], filters: int, seed: int) -> None:
    case |= {"groups": 1, "weights": (filters, *case["weights"][1:3], case["input"][3])}
    assert_equal(run, CONV, convolution(case, seed), seed, x=case["input"])


@SETTINGS
@given(
    case=convolutions(), channels=st.integers(2, 40), multiple=st.integers(1, 4), seed=cases.SEEDS
)
def test_depthwise(
    run: CmsisRun,
    case: dict[str, Any],
    channels: int,
    multiple: int,
    seed: int,
) -> None:
    case |= {"weights": (channels * multiple, *case["weights"][1:3], 1), "groups": channels}
    case["input"] = (*case["input"][:3], channels)
    assert_equal(run, DEPTHWISE, convolution(case, seed), seed, x=case["input"])


@SETTINGS
@given(rows=st.integers(1, 3), k=st.integers(1, 60), n=st.integers(1, 40), seed=cases.SEEDS)
def test_fully_connected(run: CmsisRun, rows: int, k: int, n: int, seed: int) -> None:
    assert_equal(run, DENSE, dense(np.random.default_rng(seed), k, n), seed, x=(rows, k))


def candidates(rng: np.random.Generator) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Layers of int4 weights of every kind."""
    for i in range(200):
        symbol = (CONV, CONV, DEPTHWISE, DENSE)[i % 4]
        if symbol == DENSE:
            k, n = layers.integers(rng, 1, 70, 2)
            yield symbol, dense(rng, k, n), {"x": (int(rng.integers(1, 4)), k)}
            continue
        w = layers.window(rng, row=i % 8 == 1, beyond=2)
        channels, filters = layers.integers(rng, 2, 36, 2)
        if i % 16 == 0:
            w |= {"kernel": [1, 1], "dilation": (1, 1), "padding": (0, 0, 0, 0)}
        case = w | {"groups": 1, "weights": (filters, *w["kernel"], channels)}
        if symbol == DEPTHWISE:
            multiple = int(rng.choice([1, 1, 2, 3]))
            case |= {"weights": (channels * multiple, *w["kernel"], 1), "groups": channels}
        graph = convolution(case, int(rng.integers(2**31)))
        yield symbol, graph, {"x": (1, *w["size"], channels)}


@pytest.fixture
def with_int4(copy: CmsisNN) -> CmsisNN:
    if "arm_convolve_wrapper_s4" not in copy.functions:
        pytest.skip(f"{copy} has no int4")
    return copy


@pytest.mark.parametrize("seed", layers.SEEDS)
@pytest.mark.parametrize("core", layers.CORES)
def test_layers_equal_the_reference_on_cores(
    core: str, seed: int, with_int4: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    made = candidates(np.random.default_rng(seed))
    assert layers.compare(core, with_int4, made, tmp_path) > 100


FUNCTIONS = (
    "arm_convolve_wrapper_s4_get_buffer_size",
    "arm_depthwise_conv_wrapper_s4_get_buffer_size",
)


@pytest.mark.parametrize("isa", CORES, ids=lambda isa: isa.name)
def test_scratch_is_what_cmsis_nn_asks_for(
    isa: Isa, with_int4: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """Or, where versions differ with MVE, enough for all."""
    shapes = convolution_sizes(np.random.default_rng(7))
    arguments = ["&conv, &input, &filter, &output", "&dw, &input, &depthwise, &output"]
    theirs = asked(with_int4, isa, FUNCTIONS, shapes, FIELDS, CONVOLUTION, arguments, tmp_path)
    context = Context(isa, with_int4.version, with_int4.functions)
    for p, sizes in zip(shapes, theirs, strict=True):
        p |= {"groups": 1}
        ours = [f(p, context) for f in (int4.convolution_scratch, int4.depthwise_scratch)]
        if isa < Isa.MVE or with_int4.version < (6, 0):
            assert ours[0] == sizes[0], p
        assert ours[0] >= sizes[0], p
        assert ours[1] == sizes[1], p


def weights(low: int, high: int, shape: tuple[int, ...] = (32, 1, 1, 8)) -> Any:
    values = np.resize(np.arange(low, high + 1), shape).astype(np.int8)
    layout = LAYOUT | {"groups": shape[0] if shape[3] == 1 else 8 // shape[3]}
    return lambda x: quantized(relax.op.nn.conv2d(real(x), real(values, 0.1, 0), **layout))


@pytest.mark.parametrize(
    ("build_graph", "found"),
    [
        (weights(-8, 7), "None"),
        (weights(-9, 7), "The weights are from -8 to 7 (they reach from -9 to 7)"),
        (weights(-8, 7, (8, 1, 1, 8)), "the weights take at least 64 bytes less (there are 64)"),
        (weights(-8, 7, (64, 1, 1, 4)), "The convolution has one group (it has 2)"),
    ],
)
def test_what_is_refused(build_graph: Any, found: str) -> None:
    assert refused(CONV, build_graph, x=(1, 4, 4, 8)).endswith(found)


@pytest.mark.parametrize(
    ("channels", "width", "found"),
    [
        (8, 9, "None"),
        (9, 9, "With MVE, a row has an even number of channels (it has 9)"),
        (8, 1, "With MVE, no window reaches over both ends of a row (1 + 1 of 1)"),
    ],
)
def test_rows_that_mve_code_gets_wrong_are_refused(channels: int, width: int, found: str) -> None:
    case = {"weights": (16, 1, 3, channels), "strides": (1, 4), "padding": (0, 1, 0, 1)}
    build = convolution(case | {"dilation": (1, 1), "groups": 1}, 0)
    shape = (1, 1, width, channels)
    assert refused(CONV, build, isa=Isa.MVE, x=shape).endswith(found)
    assert refused(CONV, build, isa=Isa.DSP, x=shape) == "None"


@pytest.mark.parametrize(
    ("filters", "isa", "found"),
    [
        (2, Isa.DSP, "one filter each, without dilation (it has 9)"),
        (1, Isa.MVE, "or CMSIS-NN is version 5 (one filter each)"),
        (1, Isa.DSP, "None"),
    ],
)
def test_depthwise_layers_that_cmsis_nn_gets_wrong_are_refused(
    filters: int, isa: Isa, found: str
) -> None:
    def build_graph(x: Any) -> Any:
        values = real(np.ones((9 * filters, 5, 5, 1), np.int8), 0.1, 0)
        return quantized(relax.op.nn.conv2d(real(x), values, groups=9, **LAYOUT))

    assert refused(DEPTHWISE, build_graph, isa=isa, x=(1, 5, 5, 9)).endswith(found)


def test_an_int4_model_takes_them_and_equals_tflite_micro(
    with_int4: CmsisNN, tmp_path: Path
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(conv2d("1x1", 48))
    compiled = tinycompile.compile(path, target="cortex-m4", cmsis_nn=with_int4.root)
    assert [layer.kernel.symbol for layer in compiled.program.layers] == [CONV]
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=5))
    assert done.largest_difference == 0
