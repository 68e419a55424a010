"""Max pools of int16: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.dsp.test_dsp_avg_pool2d_s8 import window
from tests.kernels.graphs import refusal
from tinycompile.kernels.dsp.dsp_max_pool2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import max_pool2d_s16


def graph(rng: np.random.Generator) -> alike.Graph:
    shapes, how = window(rng)
    bounds = (-2000, 30000) if rng.random() < 0.3 else None

    def build(x: Any) -> Any:
        out = relax.op.nn.max_pool2d(x, **how)
        return relax.op.clip(out, *bounds) if bounds else out

    return build, shapes


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, max_pool2d_s16.KERNEL, graph, 1, 100, "int16")
    alike.run_everywhere(found, core, tmp_path)


def test_one_channel_is_refused() -> None:
    build, _ = graph(np.random.default_rng(0))
    found = refusal(KERNEL, build, dtype="int16", x=(1, 30, 30, 1))
    assert found.endswith("2 channels or more (there are 1)")
