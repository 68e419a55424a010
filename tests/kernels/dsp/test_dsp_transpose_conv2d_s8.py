"""Transposed convolutions: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax
from tvm.relax.op import add

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_transpose_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8


def transposed(rng: np.random.Generator, channels: int, filters: int, scale: float = 0.4) -> Any:
    kernel, strides = ([int(n) for n in rng.integers(1, most, 2)] for most in (5, 4))
    shape, scales = (filters, *kernel, channels), rng.uniform(0.001, 0.02, filters)
    weights = real(rng.integers(-128, 128, shape).astype(np.int8), scales, 0)
    biases = rng.integers(-3000, 3000, filters).astype(np.int32)
    biases[0] = rng.choice([biases[0], 2**26, -(2**30)])  # saturates
    bias = real(biases, np.float32(scales) * 0.05, 0)
    points = [int(n) for n in rng.integers(-128, 128, 2)]
    how = {"data_layout": "NHWC", "kernel_layout": "OHWI", "strides": strides}

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d_transpose(real(x, 0.05, points[0]), weights, **how)
        return relax.op.clip(quantized(add(conv, bias), scale, points[1]), -100, 90)

    return build


def graph(rng: np.random.Generator) -> alike.Graph:
    channels, filters = int(rng.choice([1, 3, 4, 8, 13])), int(rng.integers(4, 10))
    shape = (1, *(int(n) for n in rng.integers(1, 6, 2)), channels)
    return transposed(rng, channels, filters), {"x": shape}


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, transpose_conv2d_s8.KERNEL, graph, 1)
    alike.run_everywhere(found, core, tmp_path)


def test_few_channels_are_refused() -> None:
    found = refusal(KERNEL, transposed(np.random.default_rng(0), 4, 3), x=(1, 4, 4, 4))
    assert found.endswith("The output has 4 channels or more (it has 3)")


def test_large_factors_are_refused() -> None:
    found = refusal(KERNEL, transposed(np.random.default_rng(0), 4, 4, 0.0005), x=(1, 4, 4, 4))
    assert "is less than 1/2" in found
