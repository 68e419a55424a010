"""Kernels that call CMSIS-NN: its plain C equals the reference on random layers; what they refuse."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import add, multiply, subtract

from tests.cmsis_nn.conftest import COPIES, open_copy
from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import RUNTIME_C, Run
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.folder import fill
from tinycompile.kernel import Kernel
from tinycompile.kernels import CMSIS_NN
from tinycompile.kernels.cmsis import Context
from tinycompile.simulate.build import build_host
from tinycompile.target import Isa

EVERYTHING = frozenset(
    name for make in CMSIS_NN for name in make(Context(Isa.DSP, (7, 0), frozenset())).functions
)
# No deadline: the first example builds CMSIS-NN.
SETTINGS = settings(deadline=None, max_examples=60)
LAYOUT = {"data_layout": "NHWC", "kernel_layout": "OHWI"}


class CmsisRun(Run):
    """Builds a kernel together with the sources of CMSIS-NN that it calls."""

    def __init__(self, folder: Path, copy: CmsisNN) -> None:
        super().__init__(folder)
        self.copy = copy

    def kernel(self, symbol: str) -> Kernel:
        """The kernel made for the host; skips the test where this CMSIS-NN has not its function."""
        found = kernel_for(symbol, Context(Isa.SCALAR, self.copy.version, self.copy.functions))
        if missing := set(found.functions) - self.copy.functions:
            pytest.skip(f"{self.copy} has no {', '.join(missing)}")
        return found

    def library(self, kernel: Kernel) -> Any:
        if kernel.symbol not in self.built:
            folder = self.folder / kernel.symbol
            fill(folder, self.copy.files(kernel.functions))
            sources = [RUNTIME_C / kernel.source, *folder.rglob("*.c")]
            output = folder / "kernel.so"
            build_host(sources, [folder, RUNTIME_C], output, sanitize=True, optimize="-O1")
            self.built[kernel.symbol] = np.ctypeslib.ctypes.CDLL(str(output))
        return self.built[kernel.symbol]


@pytest.fixture(scope="module", params=COPIES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CmsisRun:
    with pytest.MonkeyPatch.context() as patch:
        copy = open_copy(request.param, patch)
    return CmsisRun(tmp_path_factory.mktemp("cmsis"), copy)


def kernel_for(symbol: str, context: Context) -> Kernel:
    return next(kernel for make in CMSIS_NN if (kernel := make(context)).symbol == symbol)


def assert_equal(
    run: CmsisRun, symbol: str, build: Any, seed: int, **inputs: tuple[int, ...]
) -> None:
    """The C computes what the reference does, unless the kernel refuses the layer."""
    kernel = run.kernel(symbol)
    match = matched(kernel, build, **inputs)
    assume(kernel.refusal(match) is None)
    call = kernel.lower(match)
    arrays = [cases.int8(seed + i, *shape) for i, shape in enumerate(inputs.values())]
    expected = kernel.reference(call.params, *arrays)
    scratch = max(call.scratch, 4) if kernel.takes_scratch else 0
    actual = run(kernel, call.params, arrays, np.empty_like(expected), scratch=scratch)
    np.testing.assert_array_equal(actual, expected)


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """Attributes of conv2d, the shape of its weights as `weights`, of its input as `input`."""
    row = draw(st.booleans())
    kernel = (1 if row else draw(st.integers(1, 4)), draw(st.integers(1, 5)))
    dilation = (
        (1, 1)
        if draw(st.booleans())
        else (1 if row else draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    )
    height = 1 if row else draw(st.integers(1, 7))
    left = draw(st.integers(0, kernel[1] - 1))
    padding = (
        (0, left, 0, left + draw(st.integers(0, 1)))
        if row
        else tuple(draw(st.integers(0, k - 1)) for k in kernel * 2)
    )
    groups, per_group, filters = (
        draw(st.sampled_from(choice)) for choice in ((1, 1, 1, 2), (1, 3, 4, 5, 8), (1, 2, 4, 5))
    )
    width = draw(st.integers(1, 9))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    assume(
        height + padding[0] + padding[2] >= reach[0] and width + padding[1] + padding[3] >= reach[1]
    )
    return {
        "input": (1, height, width, groups * per_group),
        "weights": (groups * filters, *kernel, per_group),
        "strides": (1 if row else draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        "dilation": dilation,
        "padding": padding,
        "groups": groups,
    }


def convolution(case: dict[str, Any], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    channels = case["weights"][0]
    scales = rng.uniform(0.001, 0.02, channels).astype(np.float32)
    weights = real(rng.integers(-127, 128, case["weights"]).astype(np.int8), scales, 0)
    bias = real(rng.integers(-3000, 3000, channels).astype(np.int32), scales * np.float32(0.05), 0)
    attributes = {
        name: case[name] for name in ("strides", "dilation", "padding", "groups")
    } | LAYOUT
    points = rng.integers(-128, 128, 2)

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d(real(x, 0.05, int(points[0])), weights, **attributes)
        out = quantized(add(conv, bias), float(rng.uniform(0.1, 0.5)), int(points[1]))
        return relax.op.clip(out, -100, 90)

    return build


@SETTINGS
@given(case=convolutions(), seed=cases.SEEDS)
def test_convolution(run: CmsisRun, case: dict[str, Any], seed: int) -> None:
    assert_equal(run, "tc_cmsis_conv2d_s8", convolution(case, seed), seed, x=case["input"])


@SETTINGS
@given(case=convolutions(), multiple=st.integers(1, 5), seed=cases.SEEDS)
def test_depthwise(run: CmsisRun, case: dict[str, Any], multiple: int, seed: int) -> None:
    channels = case["input"][3]
    weights = (channels * multiple, *case["weights"][1:3], 1)
    case = case | {"weights": weights, "groups": channels}
    assert_equal(
        run, "tc_cmsis_depthwise_conv2d_s8", convolution(case, seed), seed, x=case["input"]
    )


@pytest.mark.parametrize("scales", ["", "_channels"])
@SETTINGS
@given(rows=st.integers(1, 3), k=st.integers(1, 40), n=st.integers(1, 9), seed=cases.SEEDS)
def test_fully_connected(run: CmsisRun, scales: str, rows: int, k: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.001, 0.02, n if scales else 1).astype(np.float32)
    weights = rng.integers(-127, 128, (k, n)).astype(np.int8)

    def build(x: Any) -> Any:
        constants = relax.const(weights), relax.const(scale if scales else scale[0])
        w = relax.op.dequantize(*constants, relax.const(0, "int32"), 1)
        return quantized(relax.op.matmul(real(x, 0.05, int(rng.integers(-128, 128))), w), 0.3, 11)

    assert_equal(run, f"tc_cmsis_fully_connected{scales}_s8", build, seed, x=(rows, k))


@SETTINGS
@given(case=convolutions(), maximum=st.booleans(), seed=cases.SEEDS)
def test_pools(run: CmsisRun, case: dict[str, Any], maximum: bool, seed: int) -> None:
    attributes = {"pool_size": case["weights"][1:3], "strides": case["strides"], "layout": "NHWC"}
    attributes["padding"] = case["padding"]

    def build(x: Any) -> Any:
        if maximum:
            return relax.op.clip(relax.op.nn.max_pool2d(x, **attributes), -90, 100)
        pool = relax.op.nn.avg_pool2d(real(x), **attributes, count_include_pad=False)
        return quantized(pool, 0.05, 3)

    symbol = f"tc_cmsis_{'max' if maximum else 'avg'}_pool2d_s8"
    assert_equal(run, symbol, build, seed, x=case["input"])


@SETTINGS
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    scale=st.floats(1e-4, 30),
    seed=cases.SEEDS,
)
def test_softmax(run: CmsisRun, shape: Any, scale: float, seed: int) -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x, scale), -1), 1 / 256, -128)

    assert_equal(run, "tc_cmsis_softmax_s8", build, seed, x=shape)


@pytest.mark.parametrize(("symbol", "operator"), [("add", add), ("mul", multiply)])
@SETTINGS
@given(count=st.integers(1, 40), scales=st.tuples(*[st.floats(0.01, 0.3)] * 3), seed=cases.SEEDS)
def test_elementwise(
    run: CmsisRun, symbol: str, operator: Any, count: int, scales: Any, seed: int
) -> None:
    points = np.random.default_rng(seed).integers(-128, 128, 3)

    def build(x: Any, y: Any) -> Any:
        operands = (real(a, s, int(z)) for a, s, z in zip((x, y), scales, points, strict=False))
        return quantized(operator(*operands), scales[2], int(points[2]))

    assert_equal(run, f"tc_cmsis_{symbol}_s8", build, seed, x=(count,), y=(count,))


@SETTINGS
@given(count=st.integers(1, 40), maximum=st.booleans(), seed=cases.SEEDS)
def test_min_max(run: CmsisRun, count: int, maximum: bool, seed: int) -> None:
    def build(x: Any, y: Any) -> Any:
        return relax.op.maximum(x, y) if maximum else relax.op.minimum(x, y)

    assert_equal(run, "tc_cmsis_min_max_s8", build, seed, x=(count,), y=(count,))


# --- What is refused -------------------------------------------------------------------------------


def refused(
    symbol: str,
    build: Any,
    version: tuple[int, int] = (7, 0),
    isa: Isa = Isa.DSP,
    **inputs: Any,
) -> str:
    return refusal(kernel_for(symbol, Context(isa, version, EVERYTHING)), build, **inputs)


def conv(weights: tuple[int, ...], **attributes: Any) -> Any:
    case = {"strides": (1, 1), "dilation": (1, 1), "padding": (0, 0), "groups": 1}
    return convolution(case | {"weights": weights} | attributes, 0)


def test_a_function_that_is_not_there_is_named() -> None:
    kernel = kernel_for("tc_cmsis_conv2d_s8", Context(Isa.DSP, (4, 0), frozenset()))
    assert refusal(kernel, conv((4, 1, 1, 2)), x=(1, 4, 4, 2)) == (
        "tc_cmsis_conv2d_s8 does not apply: CMSIS-NN has arm_convolve_wrapper_s8 "
        "(version 4.0 at hand has not)"
    )


def test_groups_need_version_6() -> None:
    build = conv((4, 3, 3, 2), groups=2)
    assert refused("tc_cmsis_conv2d_s8", build, x=(1, 4, 4, 4)) == "None"
    found = refused("tc_cmsis_conv2d_s8", build, (5, 0), x=(1, 4, 4, 4))
    assert found.endswith("has one group, or CMSIS-NN is version 6 or newer (2 groups)")


@pytest.mark.parametrize(
    ("width", "padding", "stride", "found"),
    [
        (8, (0, 2), 1, "by 0 of 2 on the left"),
        (6, (0, 0), 3, "2 columns of it are not used"),
        (3, (1, 1), 1, "None"),
        (8, (1, 2), 1, "None"),
    ],
)
def test_rows_that_mve_code_gets_wrong_are_refused(
    width: int, padding: tuple[int, int], stride: int, found: str
) -> None:
    sides = (0, padding[0], 0, padding[1])
    build = conv((4, 1, 4 if stride == 3 else 3, 4), padding=sides, strides=(1, stride))
    symbol, shape = "tc_cmsis_conv2d_s8", (1, 1, width, 4)
    assert refused(symbol, build, isa=Isa.MVE, x=shape).rpartition("(")[2].rstrip(")") == found
    assert refused(symbol, build, isa=Isa.DSP, x=shape) == "None"
    assert refused(symbol, build, (4, 0), Isa.MVE, x=shape) == "None"


def test_depthwise_of_one_channel_is_refused() -> None:
    found = refused("tc_cmsis_depthwise_conv2d_s8", conv((4, 3, 3, 1)), x=(1, 4, 4, 1))
    assert "The input has several channels" in found and found.endswith("(it has one)")


def test_weights_of_many_scales_are_refused_where_one_is_meant() -> None:
    def build(x: Any) -> Any:
        scales = relax.const(np.array([0.1, 0.2], np.float32))
        w = relax.op.dequantize(relax.const(np.ones((3, 2), np.int8)), scales, relax.const(0), 1)
        return quantized(relax.op.matmul(real(x), w))

    found = refused("tc_cmsis_fully_connected_s8", build, x=(1, 3))
    assert found.endswith("The weights have one scale (they have 2)")


def test_a_pool_with_dilation_is_refused() -> None:
    def build(x: Any) -> Any:
        return relax.op.nn.max_pool2d(x, (2, 2), dilation=(2, 2), layout="NHWC")

    found = refused("tc_cmsis_max_pool2d_s8", build, x=(1, 4, 4, 1))
    assert found.endswith("The window has no dilation (it has (2, 2))")


def test_a_max_pool_with_an_empty_window_is_refused() -> None:
    def build(x: Any) -> Any:
        return relax.op.nn.max_pool2d(x, (1, 1), padding=(0, 0, 0, 1), layout="NHWC")

    found = refused("tc_cmsis_max_pool2d_s8", build, x=(1, 2, 2, 1))
    assert found.endswith(
        "Every window holds a pixel of the input (that of output pixel (0, 2) has none)"
    )


def test_a_single_tap_with_padding_is_refused() -> None:
    build = conv((4, 1, 1, 4), padding=(0, 0, 0, 1))
    found = refused("tc_cmsis_conv2d_s8", build, x=(1, 2, 2, 4))
    assert found.endswith("has no padding on the right or below either (it has)")


def test_a_difference_is_refused() -> None:
    found = refused(
        "tc_cmsis_add_s8", lambda x, y: quantized(subtract(real(x), real(y))), x=(2,), y=(2,)
    )
    assert found.endswith("It is a sum (it is a difference)")


def test_broadcasting_is_refused() -> None:
    found = refused(
        "tc_cmsis_mul_s8", lambda x, y: quantized(multiply(real(x), real(y))), x=(4, 2), y=(2,)
    )
    assert found.endswith("nothing is broadcast ((4, 2) and (2,))")


@pytest.mark.parametrize(
    ("input_scale", "output", "found"),
    [
        (0.1, (1 / 255, -128), "zero point -128 (they are 0.00392157 and -128)"),
        (1e-9, (1 / 256, -128), "The input's scale is at least 2^-26 (it is 1e-09)"),
    ],
)
def test_softmax_in_other_scales_is_refused(input_scale: float, output: Any, found: str) -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x, input_scale), -1), *output)

    assert refused("tc_cmsis_softmax_s8", build, x=(1, 4)).endswith(found)
