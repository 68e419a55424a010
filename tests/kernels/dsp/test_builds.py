"""Kernels with inner functions in assembly or as its twins in C: the same, whatever builds them."""

from pathlib import Path

import pytest

from tests.kernels import batch
from tests.kernels.dsp import test_dsp_conv2d_patches_s8 as patches
from tests.kernels.dsp import test_dsp_conv2d_s8 as rows
from tests.kernels.dsp import test_dsp_fully_connected_s8 as dense
from tests.kernels.dsp import test_dsp_pointwise_s8 as pointwise

NO_ASM = ("-DTC_NO_ASM",)
LIBC = (
    "memcmp",
    "memcpy",
    "memset",
)  # of the C library, which the linker reads before these are called
LTO = ("-flto", *(f"-Wl,-u,{name}" for name in LIBC))
BUILDS = [
    batch.Build("cortex-m4", optimize="-O0"),
    batch.Build("cortex-m4", optimize="-Og"),
    batch.Build("cortex-m4", "arm-none-eabi-gcc", "-O3", LTO),
    batch.Build("cortex-m4", optimize="-O2", flags=NO_ASM),
    batch.Build("cortex-m7", optimize="-Os"),
    batch.Build("cortex-m33", optimize="-Os", flags=NO_ASM),
    batch.Build("cortex-m4", "clang", "-O1"),
    batch.Build("cortex-m7", "clang", "-O3"),
    batch.Build("cortex-m33", "clang", "-O2"),
    batch.Build("cortex-m4", "clang", "-Os", NO_ASM),
]


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_random_layers(
    build: batch.Build, tmp_path: Path, arm_gcc: str, qemu: str, clang: str
) -> None:
    cases = [case for module in (pointwise, rows, patches, dense) for case in module.cases(3, 8)]
    batch.run(cases, tmp_path, build)
