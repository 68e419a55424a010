"""Means and sums: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_mean_s8 import KERNEL
from tinycompile.kernels.portable.s8 import mean_s8


def reduced(axes: list[int], operator: Any, scale: float = 0.03) -> Any:
    return lambda x: quantized(operator(real(x), axes), scale, 7)


def graph(rng: np.random.Generator) -> alike.Graph:
    shape = (*(int(n) for n in rng.integers(1, 18, 3)), int(rng.choice([4, 5, 8, 11])))
    axes = [axis for axis in range(3) if rng.random() < 0.6] or [0]
    operator = (relax.op.mean, relax.op.sum)[rng.integers(2)]
    return reduced(axes, operator, float(rng.uniform(0.01, 1))), {"x": shape}


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, mean_s8.KERNEL, graph, 1, 80), core, tmp_path)


def test_few_channels_or_none_are_refused() -> None:
    rule = "The last axis is kept, and 4 long or more"
    mean = relax.op.mean
    assert refusal(KERNEL, reduced([1], mean), x=(2, 5, 3)).endswith(f"{rule} (3 of it is kept)")
    assert refusal(KERNEL, reduced([2], mean), x=(2, 5, 8)).endswith(f"{rule} (1 of it is kept)")
