"""Max pools: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike, pools
from tests.kernels.graphs import refusal
from tinycompile.kernels.dsp.dsp_max_pool2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import max_pool2d_s8

graph = pools.graphs(relax.op.nn.max_pool2d, (-20, 30))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, max_pool2d_s8.KERNEL, graph, 1, 100), core, tmp_path)


def test_few_channels_are_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    assert refusal(KERNEL, build, x=(1, 30, 30, 3)).endswith("4 channels or more (there are 3)")
