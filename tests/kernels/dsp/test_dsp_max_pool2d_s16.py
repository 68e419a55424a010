"""Max pools of int16: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike, pools
from tests.kernels.graphs import refusal
from tinycompile.kernels.dsp.dsp_max_pool2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import max_pool2d_s16

graph = pools.graphs(relax.op.nn.max_pool2d, (-2000, 30000))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, max_pool2d_s16.KERNEL, graph, 1, 100, "int16")
    alike.run_everywhere(found, core, tmp_path)


def test_one_channel_is_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    found = refusal(KERNEL, build, dtype="int16", x=(1, 30, 30, 1))
    assert found.endswith("2 channels or more (there are 1)")
