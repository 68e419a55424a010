"""Max pools: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.dsp.test_dsp_avg_pool2d_s8 import window
from tests.kernels.graphs import refusal
from tinycompile.kernels.dsp.dsp_max_pool2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import max_pool2d_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    shapes, how = window(rng)
    bounds = (-20, 30) if rng.random() < 0.3 else None

    def build(x: Any) -> Any:
        out = relax.op.nn.max_pool2d(x, **how)
        return relax.op.clip(out, *bounds) if bounds else out

    return build, shapes


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, max_pool2d_s8.KERNEL, graph, 1, 100), core, tmp_path)


def test_few_channels_are_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    assert refusal(KERNEL, build, x=(1, 30, 30, 3)).endswith("4 channels or more (there are 3)")
