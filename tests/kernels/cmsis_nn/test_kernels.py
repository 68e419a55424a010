"""Kernels that call CMSIS-NN: its plain C equals the reference on random layers; what they refuse."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import add, multiply

from tests.kernels import cases, svdf
from tests.kernels.cmsis_nn.calls import SETTINGS, CmsisRun, assert_equal
from tests.kernels.cmsis_nn.convolutions import (
    convolution,
    convolutions,
    transposed_convolution,
    transposed_convolutions,
)
from tests.kernels.graphs import matched, quantized, real


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


@SETTINGS
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40)),
    scale=st.floats(1e-4, 30),
    seed=cases.SEEDS,
)
def test_softmax_to_int16(run: CmsisRun, shape: Any, scale: float, seed: int) -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x, scale), -1), 1 / 65536, -32768, "int16")

    assert_equal(run, "tc_cmsis_softmax_s8_s16", build, seed, x=shape)


@SETTINGS
@given(data=st.data(), seed=cases.SEEDS, dtype=st.sampled_from(["int8", "int16"]))
def test_svdf(run: CmsisRun, data: st.DataObject, dtype: str, seed: int) -> None:
    if dtype == "int8" and run.copy.version < (5, 0):
        return  # another signature
    kernel = run.kernel(f"tc_cmsis_svdf{'_state_s16' * (dtype == 'int16')}_s8")
    layer = data.draw(svdf.layers(dtype))
    match = matched(kernel, svdf.graph(layer, dtype), **svdf.shapes(layer))
    assert kernel.refusal(match) is None
    call, state = kernel.lower(match), np.zeros(svdf.shapes(layer)["state"], dtype)
    expected_state = state.copy()
    for i in range(3):
        x = cases.int8(seed + i, *svdf.shapes(layer)["x"])
        expected = kernel.reference(call.params, x, expected_state)
        how = {"scratch": call.scratch, "updates": call.updates}
        actual = run(kernel, call.params, [x, state], expected, **how)
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(state, expected_state)


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


@SETTINGS
@given(case=transposed_convolutions(3, [1, 3, 8, 16, 20]), seed=cases.SEEDS)
def test_transposed_convolution(run: CmsisRun, case: dict[str, Any], seed: int) -> None:
    build = transposed_convolution(case, seed)
    assert_equal(run, "tc_cmsis_transpose_conv2d_s8", build, seed, x=case["input"])


@SETTINGS
@given(case=transposed_convolutions(2, [17, 20, 33]), seed=cases.SEEDS)
def test_upscaled_convolution(run: CmsisRun, case: dict[str, Any], seed: int) -> None:
    if run.copy.version < (7, 0):
        pytest.skip(f"{run.copy} has no convolution that upscales")
    build = transposed_convolution(case, seed)
    assert_equal(run, "tc_cmsis_transpose_conv2d_upscaled_s8", build, seed, x=case["input"])


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
    of_b = (*stacks[1], columns, depth) if transposed else (*stacks[1], depth, columns)

    assert_equal(
        run,
        "tc_cmsis_matmul_s8",
        product(transposed, seed),
        seed,
        a=(*stacks[0], rows, depth),
        b=of_b,
    )


def product(transposed: bool, seed: int) -> Any:
    """A matmul of two variables, the second one transposed before if asked for."""
    points = np.random.default_rng(seed).integers(-128, 128, 3)

    def build(a: Any, b: Any) -> Any:
        if transposed:
            axes = list(range(len(b.ty.shape)))
            b = relax.op.permute_dims(b, [*axes[:-2], axes[-1], axes[-2]])
        operands = real(a, 0.05, int(points[0])), real(b, 0.04, int(points[1]))
        return relax.op.clip(quantized(relax.op.matmul(*operands), 0.3, int(points[2])), -110, 120)

    return build


@SETTINGS
@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    value=st.integers(-128, 127),
    seed=cases.SEEDS,
)
def test_pad(run: CmsisRun, sizes: list[int], value: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    widths = [
        int(w) for w in rng.integers(0, 4, 2 * len(sizes)) * rng.integers(0, 2, 2 * len(sizes))
    ]
    assert_equal(
        run,
        "tc_cmsis_pad_s8",
        lambda x: relax.op.nn.pad(x, widths, "constant", value),
        seed,
        x=tuple(sizes),
    )


@SETTINGS
@given(
    axes=st.integers(2, 5).flatmap(lambda rank: st.permutations(range(rank))),
    data=st.data(),
    seed=cases.SEEDS,
)
def test_transpose(run: CmsisRun, axes: list[int], data: st.DataObject, seed: int) -> None:
    shape = tuple(data.draw(st.sampled_from([1, 2, 3, 9, 17])) for _ in axes)
    assert_equal(
        run, "tc_cmsis_transpose_s8", lambda x: relax.op.permute_dims(x, axes), seed, x=shape
    )


@SETTINGS
@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    extents=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    data=st.data(),
    seed=cases.SEEDS,
)
def test_concat(
    run: CmsisRun, shape: list[int], extents: list[int], data: st.DataObject, seed: int
) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    inputs = {f"x{i}": (*shape[:axis], n, *shape[axis + 1 :]) for i, n in enumerate(extents)}
    assert_equal(
        run,
        "tc_cmsis_concat_s8",
        lambda **xs: relax.op.concat(list(xs.values()), axis),
        seed,
        **inputs,
    )
