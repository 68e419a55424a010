"""Softmax of int16 for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op.nn import softmax

from tests.kernels import elementwise as e
from tests.kernels.dsp import alike
from tinycompile.kernels.mve.mve_softmax_s16 import KERNEL
from tinycompile.kernels.portable.s16 import softmax_s16


def graph(rng: np.random.Generator) -> alike.Graph:
    shape = int(rng.integers(1, 4)), int(rng.choice([1, 2, 5, 8, 12, 37, 300]))
    return e.unary16(lambda x: softmax(x, -1), float(2.0 ** rng.uniform(-16, 2.3)), 2.0**-15), {
        "x": shape
    }


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, softmax_s16.KERNEL, graph, 1, dtype="int16")
    alike.run_everywhere(found, core, tmp_path)
