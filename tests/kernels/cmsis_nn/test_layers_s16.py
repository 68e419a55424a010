"""Layers of int16 with the ends of their ranges by CMSIS-NN on simulated cores equal the reference.

Weights are often the largest there are, the sums as long as 32 bits hold, or longer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax
from tvm.relax.op import add, multiply

from tests.kernels.cmsis_nn import test_kernels_s16 as graphs
from tests.kernels.cmsis_nn.test_layers import CORES, SEEDS, Shape, compare, integers, window
from tinycompile.cmsis_nn import CmsisNN

EACH = 16  # layers of a kind
BIASES = ("int64", "int32", "none")

Layer = tuple[str, Any, dict[str, Shape]]


def convolution(rng: np.random.Generator, i: int) -> Layer:
    w, (channels, filters) = window(rng, row=i % 5 == 0), integers(rng, 1, 20, 2)
    case = w | {"groups": 1, "weights": (filters, *w["kernel"], channels)}
    build = graphs.convolution(case, int(rng.integers(2**31)), BIASES[i % 3])
    return "tc_cmsis_conv2d_s16", build, {"x": (1, *w["size"], channels)}


def long_sums(rng: np.random.Generator, i: int) -> Layer:
    channels, filters = int(rng.choice([509, 511, 512, 513, 516, 700])), int(rng.integers(1, 4))
    case = {"weights": (filters, 1, 1, channels), "strides": (1, 1), "dilation": (1, 1)}
    case |= {"padding": (0, 0, 0, 0), "groups": 1}
    seed = 3 * int(rng.integers(2**20)) + i % 2  # every other one of the largest weights
    shape = (1, 1, int(rng.integers(1, 7)), channels)
    return "tc_cmsis_conv2d_s16", graphs.convolution(case, seed, BIASES[i % 3]), {"x": shape}


def depthwise(rng: np.random.Generator, i: int) -> Layer:
    w, channels = window(rng, row=False), int(rng.integers(2, 23))
    multiple = int(rng.choice([1, 1, 1, 2, 4]))
    case = w | {"groups": channels, "weights": (channels * multiple, *w["kernel"], 1)}
    bias = "none" if i % 3 else "int64"
    build = graphs.convolution(case, int(rng.integers(2**31)), bias)
    return "tc_cmsis_depthwise_conv2d_s16", build, {"x": (1, *w["size"], channels)}


def dense(rng: np.random.Generator, i: int) -> Layer:
    rows, n = integers(rng, 1, 9, 2)
    k = int(rng.choice([rng.integers(1, 60), 511, 512, 513, 901]))
    build = graphs.dense(k, n, int(rng.integers(2**31)), "none" if i % 3 else "int64")
    return "tc_cmsis_fully_connected_s16", build, {"x": (rows, k)}


def matrices(rng: np.random.Generator, i: int) -> Layer:
    rows, depth, columns = integers(rng, 1, 40, 3)
    stack = (int(rng.integers(1, 4)),)
    of_b = (columns, depth) if i % 2 else (depth, columns)
    shapes = {"a": (*stack, rows, depth), "b": (*(stack if i % 3 else (1,)), *of_b)}
    return "tc_cmsis_matmul_s16", graphs.product(bool(i % 2)), shapes


def pool(rng: np.random.Generator, i: int) -> Layer:
    w, maximum = window(rng, row=False), bool(i % 2)
    case = w | {"weights": (1, *w["kernel"], 1)}
    symbol = f"tc_cmsis_{'max' if maximum else 'avg'}_pool2d_s16"
    return symbol, graphs.pool(case, maximum), {"x": (1, *w["size"], int(rng.integers(1, 30)))}


def elementwise(rng: np.random.Generator, i: int) -> Layer:
    if i % 3 == 0:
        scale = 2.0 ** float(rng.uniform(-14, 2))
        shape = (int(rng.integers(1, 4)), int(rng.integers(2, 9)))
        return "tc_cmsis_softmax_s16", graphs.softmax(scale), {"x": shape}
    name, operator = ("add", add) if i % 3 == 1 else ("mul", multiply)
    count = (int(rng.integers(1, 60)),)
    build = graphs.combined(operator, rng.uniform(0.1, 0.3, 3).tolist())
    return f"tc_cmsis_{name}_s16", build, {"x": count, "y": count}


def move(rng: np.random.Generator, i: int) -> Layer:
    shape = tuple(integers(rng, 1, 9, 1 + i % 3))
    if i % 2:
        widths = integers(rng, 0, 3, 2 * len(shape))
        return "tc_cmsis_pad_s8", lambda x: relax.op.nn.pad(x, widths), {"x": shape}
    axis = int(rng.integers(len(shape)))
    names = {f"x{k}": (*shape[:axis], k + 1, *shape[axis + 1 :]) for k in range(3)}
    return "tc_cmsis_concat_s8", lambda **xs: relax.op.concat(list(xs.values()), axis), names


KINDS = (convolution, long_sums, depthwise, dense, matrices, pool, elementwise, move)


def layers(rng: np.random.Generator) -> Iterator[Layer]:
    for i in range(EACH):
        for kind in KINDS:
            yield kind(rng, i)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("core", CORES)
def test_layers_equal_the_reference(
    core: str, seed: int, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    if "arm_fully_connected_s16" not in copy.functions:
        pytest.skip(f"{copy} has no functions for int16")
    taken = compare(core, copy, layers(np.random.default_rng(seed)), tmp_path, "int16")
    assert taken > EACH * len(KINDS) * (0.7 if copy.version >= (7, 0) else 0.4)
