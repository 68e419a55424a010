"""Average pools: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike, pools
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_avg_pool2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import avg_pool2d_s8


def mean(x: relax.Expr, **how: Any) -> relax.Expr:
    pooled = relax.op.nn.avg_pool2d(real(x), **how, count_include_pad=False)
    return quantized(pooled, 0.05, 3)


graph = pools.graphs(mean, (-20, 30))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, avg_pool2d_s8.KERNEL, graph, 1, 100), core, tmp_path)


def test_few_channels_are_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    assert refusal(KERNEL, build, x=(1, 30, 30, 3)).endswith("4 channels or more (there are 3)")


def test_wide_windows_are_refused() -> None:
    def wide(x: Any) -> Any:
        pooled = relax.op.nn.avg_pool2d(real(x), (1, 256), layout="NHWC", count_include_pad=False)
        return quantized(pooled, 0.05, 3)

    assert refusal(KERNEL, wide, x=(1, 1, 300, 4)).endswith("at most 255 wide (they are 256)")
