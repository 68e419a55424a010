"""The smaller or larger for Helium: random ones equal the portable kernel."""

from pathlib import Path

import pytest

from tests.kernels import pairs
from tests.kernels.dsp import alike
from tinycompile.kernels.mve.mve_min_max_s8 import KERNEL
from tinycompile.kernels.portable.s8 import min_max_s8

graph = pairs.smaller_or_larger


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, min_max_s8.KERNEL, graph, 1, dtype="int8")
    alike.run_everywhere(found, core, tmp_path)
