"""Padding: random widths equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tinycompile.kernels.dsp.dsp_pad import KERNEL
from tinycompile.kernels.portable.any import pad


def graph(rng: np.random.Generator) -> alike.Graph:
    shape = (*(int(n) for n in rng.integers(1, 5, 3)), int(rng.integers(1, 20)))
    widths = [int(n) if rng.random() < 0.5 else 0 for n in rng.integers(0, 9, 8)]
    value = int(rng.integers(-128, 128))
    return lambda x: relax.op.nn.pad(x, widths, pad_value=value), {"x": shape}


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_random_layers(core: str, dtype: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, pad.KERNEL, graph, 1, dtype=dtype)
    alike.run_everywhere(found, core, tmp_path)
