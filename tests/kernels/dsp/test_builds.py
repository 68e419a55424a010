"""Kernels with inner functions in assembly or as its twins in C: the same, whatever builds them."""

from pathlib import Path
from typing import Any

import pytest

from tests.kernels import batch, pairs
from tests.kernels.dsp import alike
from tests.kernels.dsp import test_dsp_add_exact_s8 as add_exact
from tests.kernels.dsp import test_dsp_add_s8 as add
from tests.kernels.dsp import test_dsp_avg_pool2d_s8 as avg_pool2d
from tests.kernels.dsp import test_dsp_conv2d_patches_s8 as patches
from tests.kernels.dsp import test_dsp_conv2d_s8 as rows
from tests.kernels.dsp import test_dsp_conv2d_s16 as rows_s16
from tests.kernels.dsp import test_dsp_depthwise_conv2d_3x3_s8 as depthwise_3x3
from tests.kernels.dsp import test_dsp_depthwise_conv2d_direct_s8 as depthwise_direct
from tests.kernels.dsp import test_dsp_depthwise_conv2d_s8 as depthwise
from tests.kernels.dsp import test_dsp_depthwise_conv2d_s16 as depthwise_s16
from tests.kernels.dsp import test_dsp_fully_connected_direct_s8 as dense_direct
from tests.kernels.dsp import test_dsp_fully_connected_long_s8 as dense_long
from tests.kernels.dsp import test_dsp_fully_connected_s4 as dense_s4
from tests.kernels.dsp import test_dsp_fully_connected_s8 as dense
from tests.kernels.dsp import test_dsp_fully_connected_s16 as dense_s16
from tests.kernels.dsp import test_dsp_matmul_s8 as matmul
from tests.kernels.dsp import test_dsp_matmul_s16 as matmul_s16
from tests.kernels.dsp import test_dsp_max_pool2d_s8 as max_pool2d
from tests.kernels.dsp import test_dsp_mul_s8 as mul
from tests.kernels.dsp import test_dsp_pointwise_s8 as pointwise
from tests.kernels.dsp import test_dsp_transpose_conv2d_s8 as transpose_conv2d
from tinycompile.kernels.dsp import dsp_add_s16, dsp_min_max_s8, dsp_min_max_s16, dsp_mul_s16
from tinycompile.kernels.portable.s8 import (
    add_s8,
    avg_pool2d_s8,
    matmul_s8,
    max_pool2d_s8,
    min_max_s8,
    mul_s8,
    transpose_conv2d_s8,
)
from tinycompile.kernels.portable.s16 import add_s16, min_max_s16, mul_s16

WITH_LITERALS = (
    pointwise,
    rows,
    patches,
    dense,
    dense_long,
    dense_direct,
    dense_s4,
    depthwise_3x3,
    depthwise,
    depthwise_direct,
)
OF_INT16 = (rows_s16, dense_s16, depthwise_s16, matmul_s16)
OTHERS = (
    (add, add_s8),
    (add_exact, add_s8),
    (mul, mul_s8),
    (avg_pool2d, avg_pool2d_s8),
    (max_pool2d, max_pool2d_s8),
    (matmul, matmul_s8),
    (transpose_conv2d, transpose_conv2d_s8),
)

PAIRS: Any = (
    ("int8", dsp_min_max_s8.KERNEL, min_max_s8, pairs.smaller_or_larger),
    ("int16", dsp_min_max_s16.KERNEL, min_max_s16, pairs.smaller_or_larger),
    ("int16", dsp_add_s16.KERNEL, add_s16, pairs.sum_of_int16),
    ("int16", dsp_mul_s16.KERNEL, mul_s16, pairs.product_of_int16),
)

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


@pytest.fixture(scope="module")
def cases() -> list[batch.Case]:
    found = [case for module in (*WITH_LITERALS, *OF_INT16) for case in module.cases(3, 8)]
    for module, portable in OTHERS:
        found += alike.cases(module.KERNEL, portable.KERNEL, module.graph, 3, 8)
    for dtype, kernel, of_portable, graph in PAIRS:
        found += alike.cases(kernel, of_portable.KERNEL, graph, 3, 8, dtype)
    return found


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_random_layers(
    build: batch.Build,
    cases: list[batch.Case],
    tmp_path: Path,
    arm_gcc: str,
    qemu: str,
    clang: str,
) -> None:
    batch.run(cases, tmp_path, build)


BYTEWISE = """
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    volatile unsigned char *t = to;
    const unsigned char *f = from;
    for (size_t i = 0; i < n; i++) {
        t[i] = f[i];
    }
    return to;
}
"""


def test_firmware_that_traps_unaligned_access(
    cases: list[batch.Case], tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """Start-up sets CCR.UNALIGN_TRP for it; newlib's own memcpy would be the first to trap."""
    (tmp_path / "memcpy.c").write_text(BYTEWISE)
    batch.run(cases, tmp_path, batch.Build("cortex-m4", flags=("-mno-unaligned-access",)))
