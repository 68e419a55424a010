"""The smaller or larger: random ones equal the portable kernel."""

from pathlib import Path

import pytest

from tests.kernels import pairs
from tests.kernels.dsp import alike
from tinycompile.kernels.dsp.dsp_min_max_s8 import KERNEL
from tinycompile.kernels.portable.s8 import min_max_s8


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(
        alike.cases(KERNEL, min_max_s8.KERNEL, pairs.smaller_or_larger, 1), core, tmp_path
    )
