"""Random layers of int16 by CMSIS-NN equal the reference: on this machine and on simulated cores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import cases
from tests.kernels.cmsis_nn.calls import CmsisRun
from tests.kernels.cmsis_nn.test_layers import CORES, Shape, compare, integers, window
from tests.kernels.graphs import matched, quantized, real
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.kernels.cmsis_nn import s16
from tinycompile.rewriting.qdq import add_integers

LAYERS = 128
KINDS = (
    "conv2d",
    "depthwise_conv2d",
    "fully_connected",
    "avg_pool2d",
    "max_pool2d",
    "softmax",
    "add",
    "mul",
)
INPUT_SCALE = 0.001

Layer = tuple[str, Any, dict[str, Shape]]


def biased(rng: np.random.Generator, sums: Any, scales: Any, channels: int) -> Any:
    """`sums` with an int64 bias, or as they are."""
    if rng.random() < 0.3:
        return sums
    bias = (
        rng.integers(-(2**35), 2**35, channels)
        if rng.random() < 0.3
        else rng.integers(-(2**20), 2**20, channels)
    )
    return add_integers(sums, bias, scales * np.float32(INPUT_SCALE))


def left(rng: np.random.Generator, real_sums: Any, scale: float) -> Any:
    """Quantised to int16, clamped now and then."""
    out = quantized(real_sums, scale, 0, "int16")
    return relax.op.clip(out, -20000, 30000) if rng.random() < 0.3 else out


def convolution(rng: np.random.Generator, kind: str) -> Layer:
    w = window(rng, row=False)
    channels, filters = integers(rng, 1, 60, 2)
    if kind == "depthwise_conv2d":
        filters = channels * int(rng.choice([1, 1, 2]))
    per_group = channels if kind == "conv2d" else 1
    scales = rng.uniform(0.001, 0.01, filters).astype(np.float32)
    weights = rng.integers(-127, 128, (filters, *w["kernel"], per_group)).astype(np.int8)
    attributes = {name: w[name] for name in ("strides", "dilation", "padding")}
    attributes |= {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": channels // per_group}
    size = weights[0].size ** 0.5

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d(real(x, INPUT_SCALE, 0), real(weights, scales, 0), **attributes)
        return left(
            rng, biased(rng, conv, scales, filters), float(rng.uniform(0.0002, 0.003) * size)
        )

    return f"tc_cmsis_{kind}_s16", build, {"x": (1, *w["size"], channels)}


def dense(rng: np.random.Generator) -> Layer:
    rows, n = integers(rng, 1, 9, 2)
    depth = int(rng.choice([rng.integers(1, 40), rng.integers(500, 1100)]))
    scale = np.asarray(rng.uniform(0.001, 0.01), np.float32)
    weights = rng.integers(-127, 128, (depth, n)).astype(np.int8)

    def build(x: Any) -> Any:
        w = real(weights, scale, 0)
        product = relax.op.matmul(real(x, INPUT_SCALE, 0), w)
        every = np.full(n, scale)
        return left(
            rng, biased(rng, product, every, n), float(rng.uniform(0.0005, 0.005) * depth**0.5)
        )

    return "tc_cmsis_fully_connected_s16", build, {"x": (rows, depth)}


def pool(rng: np.random.Generator, kind: str) -> Layer:
    w = window(rng, row=False)
    attributes = {
        "pool_size": tuple(w["kernel"]),
        "strides": w["strides"],
        "padding": w["padding"],
        "layout": "NHWC",
    }
    shape = {"x": (1, *w["size"], int(rng.integers(1, 30)))}
    if kind == "max_pool2d":
        return f"tc_cmsis_{kind}_s16", lambda x: relax.op.nn.max_pool2d(x, **attributes), shape

    def build(x: Any) -> Any:
        mean = relax.op.nn.avg_pool2d(real(x, 0.01, 0), **attributes, count_include_pad=False)
        return quantized(mean, 0.01, 0, "int16")

    return f"tc_cmsis_{kind}_s16", build, shape


def elementwise(rng: np.random.Generator, kind: str) -> Layer:
    if kind == "softmax":
        scale = float(rng.choice([0.0001, 0.001, 0.02]))
        shape = {"x": (int(rng.integers(1, 4)), int(rng.integers(2, 9)))}
        build = lambda x: quantized(relax.op.nn.softmax(real(x, scale, 0), -1), 2**-15, 0, "int16")  # noqa: E731
        return "tc_cmsis_softmax_s16", build, shape
    operator = relax.op.add if kind == "add" else relax.op.multiply
    s1, s2 = rng.uniform(0.0001, 0.01, 2).tolist()
    s_out = float(rng.uniform(0.5, 2) * (s1 + s2 if kind == "add" else s1 * s2 * 20000))

    def both(x: Any, y: Any) -> Any:
        return left(rng, operator(real(x, s1, 0), real(y, s2, 0)), s_out)

    count = (int(rng.integers(1, 60)),)
    return f"tc_cmsis_{kind}_s16", both, {"x": count, "y": count}


def layers(rng: np.random.Generator) -> Iterator[Layer]:
    for i in range(LAYERS):
        kind = KINDS[i % len(KINDS)]
        if kind.endswith("conv2d"):
            yield convolution(rng, kind)
        elif kind == "fully_connected":
            yield dense(rng)
        elif kind.endswith("pool2d"):
            yield pool(rng, kind)
        else:
            yield elementwise(rng, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_c_equals_the_reference(run: CmsisRun, kind: str) -> None:
    kernel = run.kernel(f"tc_cmsis_{kind}_s16")
    taken = 0
    for seed, (symbol, build, shapes) in enumerate(layers(np.random.default_rng(1))):
        if symbol != kernel.symbol:
            continue
        match = matched(kernel, build, "int16", **shapes)
        if kernel.refusal(match) is not None:
            continue
        taken += 1
        call = kernel.lower(match)
        arrays = [
            cases.integers(seed + i, shape, "int16") for i, shape in enumerate(shapes.values())
        ]
        expected = kernel.reference(call.params, *arrays)
        scratch = max(call.scratch, 4) if kernel.takes_scratch else 0
        actual = run(kernel, call.params, arrays, np.empty_like(expected), scratch=scratch)
        np.testing.assert_array_equal(actual, expected, f"{seed}: {shapes}")
    assert taken > LAYERS / len(KINDS) / 2


@pytest.mark.parametrize("core", CORES)
def test_layers_equal_the_reference(
    core: str, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    if "arm_fully_connected_s16" not in copy.functions:
        pytest.skip(f"{copy} has no functions for int16")
    taken = compare(core, copy, layers(np.random.default_rng(2)), tmp_path, "int16")
    assert taken > LAYERS / 2


def test_constants_are_as_the_rules_say() -> None:
    assert s16.FIRST * 127 * 2**15 < 2**31 < s16.FIRST * 129 * 2**15
