"""Products of tensors and constants for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels import pairs
from tests.kernels.dsp import alike, test_dsp_mul_s8
from tinycompile.kernels.mve.mve_mul_constant_s8 import KERNEL
from tinycompile.kernels.portable.s8 import mul_constant_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    build, _ = test_dsp_mul_s8.graph(rng)
    return pairs.with_constant(rng, build, rng.random() < 0.5)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, mul_constant_s8.KERNEL, graph, 1, 40)
    alike.run_everywhere(found, core, tmp_path)
