"""Max pools of int16 for Helium: random ones equal the portable kernel."""

from pathlib import Path

import pytest

from tests.kernels.dsp import alike
from tests.kernels.mve import pools
from tinycompile.kernels.mve.mve_max_pool2d_s16 import KERNEL


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(pools.some(KERNEL, 1, dtype="int16"), core, tmp_path)
