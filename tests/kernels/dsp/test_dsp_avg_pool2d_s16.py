"""Average pools of int16: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike, pools
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_avg_pool2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import avg_pool2d_s16


def mean(x: relax.Expr, **how: Any) -> relax.Expr:
    pooled = relax.op.nn.avg_pool2d(real(x, 0.05, 0), **how, count_include_pad=False)
    return quantized(pooled, 0.05, 0, "int16")


graph = pools.graphs(mean, (-2000, 30000))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, avg_pool2d_s16.KERNEL, graph, 1, 100, "int16")
    alike.run_everywhere(found, core, tmp_path)


def test_one_channel_is_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    found = refusal(KERNEL, build, dtype="int16", x=(1, 30, 30, 1))
    assert found.endswith("2 channels or more (there are 1)")
