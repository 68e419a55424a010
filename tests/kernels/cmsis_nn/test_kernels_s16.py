"""Kernels of int16 that call CMSIS-NN: its plain C equals the reference on random layers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import add, multiply

from tests.kernels import cases
from tests.kernels.cmsis_nn.calls import SETTINGS, CmsisRun, assert_equal
from tests.kernels.cmsis_nn.convolutions import LAYOUT, convolutions
from tests.kernels.graphs import quantized, real
from tinycompile.rewriting.qdq import add_integers

Shape = tuple[int, ...]
INPUT_SCALE = np.float32(2.0**-12)
BIASES = st.sampled_from(["int64", "int32", "none"])


def weights_of(rng: np.random.Generator, shape: Shape, extreme: bool) -> np.ndarray:
    """int8 over the full range, or only the ends of it."""
    if extreme:
        return rng.choice(np.array([-128, -127, 127], np.int8), shape)
    return rng.integers(-128, 128, shape).astype(np.int8)


def biased(rng: np.random.Generator, out: Any, bias: str, scales: np.ndarray) -> Any:
    if bias == "none":
        return out
    largest = 2**20 if bias == "int32" else 2**34
    return add_integers(
        out, rng.integers(-largest, largest, scales.size).astype(bias), INPUT_SCALE * scales
    )


def output_scale(rng: np.random.Generator, products: int) -> float:
    """One that most outputs fit, or some."""
    return float(INPUT_SCALE) * 0.01 * 70 * products**0.5 * 2.0 ** float(rng.uniform(-2, 2))


def convolution(case: dict[str, Any], seed: int, bias: str) -> Any:
    """A graph, with an activation."""
    rng = np.random.default_rng(seed)
    filters, *taps = case["weights"]
    scales = rng.uniform(0.001, 0.02, filters).astype(np.float32)
    weights = real(weights_of(rng, case["weights"], extreme=seed % 3 == 0), scales, 0)
    attributes = {n: case[n] for n in ("strides", "dilation", "padding", "groups")} | LAYOUT
    scale = output_scale(rng, int(np.prod(taps)))

    def build(x: Any) -> Any:
        out = relax.op.nn.conv2d(real(x, INPUT_SCALE, 0), weights, **attributes)
        out = quantized(biased(rng, out, bias, scales), scale, 0, "int16")
        return relax.op.clip(out, -30000, 31000)

    return build


def dense(k: int, n: int, seed: int, bias: str) -> Any:
    rng = np.random.default_rng(seed)
    scale = np.float32(rng.uniform(0.001, 0.02))
    weights = relax.const(weights_of(rng, (k, n), extreme=seed % 3 == 0))

    def build(x: Any) -> Any:
        w = relax.op.dequantize(weights, relax.const(scale), relax.const(0, "int32"), 1)
        out = biased(rng, relax.op.matmul(real(x, INPUT_SCALE, 0), w), bias, np.full(n, scale))
        return quantized(out, output_scale(rng, k), 0, "int16")

    return build


def pool(case: dict[str, Any], maximum: bool) -> Any:
    attributes = {"pool_size": case["weights"][1:3], "strides": case["strides"], "layout": "NHWC"}
    attributes["padding"] = case["padding"]

    def build(x: Any) -> Any:
        if maximum:
            return relax.op.clip(relax.op.nn.max_pool2d(x, **attributes), -9000, 30000)
        mean = relax.op.nn.avg_pool2d(real(x, 0.05, 0), **attributes, count_include_pad=False)
        return quantized(mean, 0.05, 0, "int16")

    return build


def product(transposed: bool, scale: float = 2.0**-11) -> Any:
    """A matmul of two variables, the second one transposed before if asked for."""

    def build(a: Any, b: Any) -> Any:
        if transposed:
            axes = list(range(len(b.ty.shape)))
            b = relax.op.permute_dims(b, [*axes[:-2], axes[-1], axes[-2]])
        out = relax.op.matmul(real(a, 2.0**-14, 0), real(b, 2.0**-13, 0))
        return relax.op.clip(quantized(out, scale, 0, "int16"), -30000, 32000)

    return build


def combined(operator: Any, scales: Any) -> Any:
    def build(x: Any, y: Any) -> Any:
        operands = (real(a, s, 0) for a, s in zip((x, y), scales, strict=False))
        return relax.op.clip(quantized(operator(*operands), scales[2], 0, "int16"), -32000, 32767)

    return build


def softmax(scale: float) -> Any:
    return lambda x: quantized(relax.op.nn.softmax(real(x, scale, 0), -1), 2.0**-15, 0, "int16")


@SETTINGS
@given(case=convolutions(), bias=BIASES, seed=cases.SEEDS)
def test_convolution(run: CmsisRun, case: dict[str, Any], bias: str, seed: int) -> None:
    build = convolution(case, seed, bias)
    assert_equal(run, "tc_cmsis_conv2d_s16", build, seed, "int16", x=case["input"])


@SETTINGS
@given(
    channels=st.integers(500, 530),
    filters=st.integers(1, 3),
    width=st.integers(1, 3),
    bias=BIASES,
    seed=cases.SEEDS,
)
def test_long_sums(
    run: CmsisRun, channels: int, filters: int, width: int, bias: str, seed: int
) -> None:
    """About as many products as surely fit 32 bits."""
    case = {"weights": (filters, 1, 1, channels), "strides": (1, 1), "dilation": (1, 1)}
    case |= {"padding": (0, 0, 0, 0), "groups": 1}
    build, shape = convolution(case, seed, bias), (1, 1, width, channels)
    assert_equal(run, "tc_cmsis_conv2d_s16", build, seed, "int16", x=shape)


@SETTINGS
@given(case=convolutions(), multiple=st.sampled_from([1, 1, 2, 5]), bias=BIASES, seed=cases.SEEDS)
def test_depthwise(
    run: CmsisRun, case: dict[str, Any], multiple: int, bias: str, seed: int
) -> None:
    channels = case["input"][3]
    weights = (channels * multiple, *case["weights"][1:3], 1)
    build = convolution(case | {"weights": weights, "groups": channels}, seed, bias)
    assert_equal(run, "tc_cmsis_depthwise_conv2d_s16", build, seed, "int16", x=case["input"])


@SETTINGS
@given(
    rows=st.integers(1, 3),
    k=st.sampled_from([*range(1, 40), 511, 512, 513, 515, 600]),
    n=st.integers(1, 9),
    bias=st.sampled_from(["int64", "none"]),
    seed=cases.SEEDS,
)
def test_fully_connected(run: CmsisRun, rows: int, k: int, n: int, bias: str, seed: int) -> None:
    build = dense(k, n, seed, bias)
    assert_equal(run, "tc_cmsis_fully_connected_s16", build, seed, "int16", x=(rows, k))


@SETTINGS
@given(case=convolutions(), maximum=st.booleans(), seed=cases.SEEDS)
def test_pools(run: CmsisRun, case: dict[str, Any], maximum: bool, seed: int) -> None:
    symbol = f"tc_cmsis_{'max' if maximum else 'avg'}_pool2d_s16"
    assert_equal(run, symbol, pool(case, maximum), seed, "int16", x=case["input"])


@SETTINGS
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(2, 8)),
    scale=st.floats(-16, 2.3).map(lambda exponent: 2.0**exponent),
    seed=cases.SEEDS,
)
def test_softmax(run: CmsisRun, shape: Any, scale: float, seed: int) -> None:
    assert_equal(run, "tc_cmsis_softmax_s16", softmax(scale), seed, "int16", x=shape)


@pytest.mark.parametrize(("symbol", "operator"), [("add", add), ("mul", multiply)])
@SETTINGS
@given(count=st.integers(1, 40), scales=st.tuples(*[st.floats(0.01, 0.3)] * 3), seed=cases.SEEDS)
def test_elementwise(
    run: CmsisRun, symbol: str, operator: Any, count: int, scales: Any, seed: int
) -> None:
    if symbol == "mul":
        assume(scales[0] * scales[1] < scales[2])
    build = combined(operator, scales)
    assert_equal(run, f"tc_cmsis_{symbol}_s16", build, seed, "int16", x=(count,), y=(count,))


@SETTINGS
@given(
    sizes=st.tuples(*[st.integers(1, 20)] * 3),
    stacks=st.sampled_from([((), ()), ((3,), (3,)), ((), (2,)), ((2,), (1,)), ((2, 2), (2, 2))]),
    transposed=st.booleans(),
    seed=cases.SEEDS,
)
def test_matmul(
    run: CmsisRun, sizes: tuple[int, int, int], stacks: Any, transposed: bool, seed: int
) -> None:
    rows, depth, columns = sizes
    matrix = (columns, depth) if transposed else (depth, columns)
    shapes = {"a": (*stacks[0], rows, depth), "b": (*stacks[1], *matrix)}
    assert_equal(run, "tc_cmsis_matmul_s16", product(transposed), seed, "int16", **shapes)


@SETTINGS
@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    value=st.sampled_from([0, -1, 0x0707]),
    seed=cases.SEEDS,
)
def test_pad(run: CmsisRun, sizes: list[int], value: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    widths = [int(w) for w in rng.integers(0, 3, 2 * len(sizes))]

    def build(x: Any) -> Any:
        return relax.op.nn.pad(x, widths, "constant", value)

    assert_equal(run, "tc_cmsis_pad_s8", build, seed, "int16", x=tuple(sizes))


@SETTINGS
@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    count=st.integers(2, 3),
    data=st.data(),
)
def test_concat(run: CmsisRun, shape: list[int], count: int, data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    inputs = {f"x{i}": (*shape[:axis], i + 1, *shape[axis + 1 :]) for i in range(count)}

    def build(**xs: Any) -> Any:
        return relax.op.concat(list(xs.values()), axis)

    assert_equal(run, "tc_cmsis_concat_s8", build, count, "int16", **inputs)
