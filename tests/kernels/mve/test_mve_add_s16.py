"""Sums of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import pytest

from tests.kernels import pairs
from tests.kernels.dsp import alike
from tests.kernels.shared.test_sums_s16 import refuses_far_scales
from tinycompile.kernels.mve.mve_add_s16 import KERNEL
from tinycompile.kernels.portable.s16 import add_s16

graph = pairs.sum_of_int16


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, add_s16.KERNEL, graph, 1, dtype="int16")
    alike.run_everywhere(found, core, tmp_path)


def test_scales_that_are_far_apart_are_refused() -> None:
    refuses_far_scales(KERNEL)
