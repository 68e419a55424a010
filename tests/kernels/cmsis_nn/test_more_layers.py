"""Random transposed convolutions, matrix products and moves by CMSIS-NN on cores of every instruction set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.cmsis_nn.convolutions import transposed_convolution
from tests.kernels.cmsis_nn.test_kernels import product
from tests.kernels.cmsis_nn.test_layers import CORES, SEEDS, Shape, compare, integers
from tinycompile.cmsis_nn import CmsisNN

EACH = 24  # layers of a kind

Layer = tuple[str, Any, dict[str, Shape]]


def upsampling(rng: np.random.Generator, i: int) -> Layer:
    """Output sizes as "same" and "valid" padding make them."""
    kernel, size = integers(rng, 1, 5, 2), integers(rng, 1, 6, 2)
    strides = integers(rng, 1, 2 if i % 2 else 3, 2)
    rows = [max(k - s, 0) * (i % 3 > 0) for k, s in zip(kernel, strides, strict=True)]
    before = [r // 2 for r in rows]
    channels, filters = int(rng.integers(17 if i % 2 else 1, 40)), int(rng.integers(1, 20))
    case = {
        "weights": (filters, *kernel, channels),
        "strides": strides,
        "padding": (*before, *(r - b for r, b in zip(rows, before, strict=True))),
        "output_padding": [max(s - k, 0) for k, s in zip(kernel, strides, strict=True)],
    }
    symbol = f"tc_cmsis_transpose_conv2d{'_upscaled' * (i % 2)}_s8"
    build = transposed_convolution(case, int(rng.integers(2**31)))
    return symbol, build, {"x": (1, *size, channels)}


def matrices(rng: np.random.Generator, i: int) -> Layer:
    rows, depth, columns = integers(rng, 1, 40, 3)
    stack = (int(rng.integers(1, 4)),)
    of_b = (columns, depth) if i % 2 else (depth, columns)
    shapes = {"a": (*stack, rows, depth), "b": (*(stack if i % 3 else (1,)), *of_b)}
    return "tc_cmsis_matmul_s8", product(bool(i % 2), int(rng.integers(2**31))), shapes


def moves(rng: np.random.Generator, i: int) -> Layer:
    shape = tuple(integers(rng, 1, 20, 1 + i % 4))
    if i % 3 == 0:
        widths = integers(rng, 0, 3, 2 * len(shape))
        return "tc_cmsis_pad_s8", lambda x: relax.op.nn.pad(x, widths, "constant", 7), {"x": shape}
    if i % 3 == 1:
        axes = [int(axis) for axis in rng.permutation(len(shape))]
        return "tc_cmsis_transpose_s8", lambda x: relax.op.permute_dims(x, axes), {"x": shape}
    axis = int(rng.integers(len(shape)))
    names = {f"x{k}": (*shape[:axis], k + 1, *shape[axis + 1 :]) for k in range(3)}
    return "tc_cmsis_concat_s8", lambda **xs: relax.op.concat(list(xs.values()), axis), names


def layers(rng: np.random.Generator) -> Iterator[Layer]:
    for i in range(EACH):
        yield upsampling(rng, i)
        yield matrices(rng, i)
        yield moves(rng, i)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("core", CORES)
def test_layers_equal_the_reference(
    core: str, seed: int, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    if "arm_transpose_conv_s8" not in copy.functions:
        pytest.skip(f"{copy} has none of these functions")
    applied = compare(core, copy, layers(np.random.default_rng(seed)), tmp_path)
    assert applied > EACH * (2 if copy.version >= (7, 0) else 2 / 3)
