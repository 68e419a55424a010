"""Average pools: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_avg_pool2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import avg_pool2d_s8


def window(rng: np.random.Generator) -> tuple[alike.Shapes, dict[str, Any]]:
    """An image, and a window with less padding than it has; now and then all of more than 255 pixels."""
    kernel, strides, size = (rng.integers(1, most, 2) for most in (4, 3, 9))
    padding = [int(rng.integers(0, k)) for k in (*kernel, *kernel)]
    if rng.random() < 0.2:
        kernel = size = rng.integers(3, 24, 2)
        padding = [0] * 4
    size = np.maximum(size, kernel)
    attributes = {"pool_size": kernel, "strides": strides}
    how: dict[str, Any] = {name: [int(n) for n in value] for name, value in attributes.items()}
    shape = (1, int(size[0]), int(size[1]), int(rng.choice([4, 5, 7, 8, 13])))
    return {"x": shape}, how | {"padding": padding, "layout": "NHWC"}


def graph(rng: np.random.Generator) -> alike.Graph:
    shapes, how = window(rng)
    bounds = (-20, 30) if rng.random() < 0.3 else None

    def build(x: Any) -> Any:
        mean = relax.op.nn.avg_pool2d(real(x), **how, count_include_pad=False)
        out = quantized(mean, 0.05, 3)
        return relax.op.clip(out, *bounds) if bounds else out

    return build, shapes


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, avg_pool2d_s8.KERNEL, graph, 1, 100), core, tmp_path)


def test_few_channels_are_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    assert refusal(KERNEL, build, x=(1, 30, 30, 3)).endswith("4 channels or more (there are 3)")


def test_wide_windows_are_refused() -> None:
    def graph(x: Any) -> Any:
        mean = relax.op.nn.avg_pool2d(real(x), (1, 256), layout="NHWC", count_include_pad=False)
        return quantized(mean, 0.05, 3)

    assert refusal(KERNEL, graph, x=(1, 1, 300, 4)).endswith("at most 255 wide (they are 256)")
