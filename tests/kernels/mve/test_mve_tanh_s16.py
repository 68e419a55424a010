"""tanh of int16 for Helium: all numbers, several scales."""

from pathlib import Path

import pytest

from tests.kernels.dsp import alike
from tests.kernels.mve import curves
from tinycompile.kernels.mve.mve_tanh_s16 import KERNEL


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_all_numbers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(curves.cases(KERNEL), core, tmp_path)
