"""The smaller or larger for Helium: random ones equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm.relax.op import maximum, minimum

from tests.kernels.dsp import alike
from tests.kernels.mve import pairs
from tinycompile.kernels.mve.mve_min_max_s8 import KERNEL
from tinycompile.kernels.portable.s8 import min_max_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    operator: Any = (maximum, minimum)[rng.integers(2)]
    return operator, dict(zip(("x1", "x2"), pairs.shapes(rng).values(), strict=True))


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, min_max_s8.KERNEL, graph, 1, dtype="int8")
    alike.run_everywhere(found, core, tmp_path)
