"""Means and sums for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import alike
from tests.kernels.dsp.test_dsp_mean_s8 import reduced
from tinycompile.kernels.mve.mve_mean_s8 import KERNEL
from tinycompile.kernels.portable.s8 import mean_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    """Of any axes, the last one too; of some more values are summed than 16 bits can hold."""
    last = int(rng.choice([1, 3, 8, 11, 16, 21]))
    shape = (*(int(n) for n in rng.integers(1, 18, 3)), last)
    axes = [axis for axis in range(4) if rng.random() < 0.5] or [0]
    operator = (relax.op.mean, relax.op.sum)[rng.integers(2)]
    return reduced(axes, operator, float(rng.uniform(0.01, 1))), {"x": shape}


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return alike.cases(KERNEL, mean_s8.KERNEL, graph, seed, count)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(cases(1), core, tmp_path)
