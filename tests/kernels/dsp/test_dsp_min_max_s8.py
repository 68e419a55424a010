"""The smaller or larger: random ones equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm.relax.op import maximum, minimum

from tests.kernels.dsp import alike
from tinycompile.kernels.dsp.dsp_min_max_s8 import KERNEL
from tinycompile.kernels.portable.s8 import min_max_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    """Two operands, each broadcast along some axes, the last one too."""
    extents = (*(int(n) for n in rng.integers(1, 5, 2)), int(rng.integers(1, 30)))
    other = tuple(1 if rng.random() < 0.3 else n for n in extents)
    pair = (extents, other) if rng.random() < 0.5 else (other, extents)
    operator: Any = (maximum, minimum)[rng.integers(2)]
    return operator, dict(zip(("x1", "x2"), pair, strict=True))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, min_max_s8.KERNEL, graph, 1), core, tmp_path)
