"""Kernels for Helium are alike however they are built: at every level, without assembly, by clang."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.kernels import batch
from tests.kernels.dsp import alike
from tests.kernels.mve import (
    test_mve_add_s8,
    test_mve_add_s16,
    test_mve_concat,
    test_mve_conv2d_s4,
    test_mve_conv2d_s8,
    test_mve_conv2d_s16,
    test_mve_depthwise_conv2d_4x4_s8,
    test_mve_depthwise_conv2d_row_s8,
    test_mve_depthwise_conv2d_s8,
    test_mve_depthwise_conv2d_s16,
    test_mve_fully_connected_s4,
    test_mve_fully_connected_s8,
    test_mve_fully_connected_s16,
    test_mve_lstm_s8,
    test_mve_matmul_s8,
    test_mve_matmul_s16,
    test_mve_mean_s8,
    test_mve_min_max_s8,
    test_mve_min_max_s16,
    test_mve_mul_s8,
    test_mve_mul_s16,
    test_mve_softmax_s8,
    test_mve_softmax_s16,
    test_mve_strided_copy,
    test_mve_svdf_s8,
    test_mve_svdf_state_s16_s8,
    test_mve_transpose_conv2d_s8,
)
from tinycompile.kernels import mve, portable
from tinycompile.runtime_c import FOLDER
from tinycompile.simulate.build import WARNINGS

TESTS = (
    test_mve_conv2d_s4,
    test_mve_conv2d_s8,
    test_mve_conv2d_s16,
    test_mve_depthwise_conv2d_4x4_s8,
    test_mve_depthwise_conv2d_row_s8,
    test_mve_depthwise_conv2d_s8,
    test_mve_depthwise_conv2d_s16,
    test_mve_fully_connected_s16,
    test_mve_fully_connected_s4,
    test_mve_fully_connected_s8,
    test_mve_lstm_s8,
    test_mve_matmul_s8,
    test_mve_matmul_s16,
    test_mve_mean_s8,
    test_mve_svdf_s8,
    test_mve_svdf_state_s16_s8,
    test_mve_transpose_conv2d_s8,
)
GRAPHS = (
    test_mve_add_s8,
    test_mve_add_s16,
    test_mve_concat,
    test_mve_min_max_s8,
    test_mve_min_max_s16,
    test_mve_mul_s8,
    test_mve_mul_s16,
    test_mve_softmax_s8,
    test_mve_softmax_s16,
    test_mve_strided_copy,
)


@pytest.mark.parametrize(
    ("optimize", "flags"), [("-O1", ()), ("-O3", ()), ("-Os", ()), ("-O2", ("-DTC_NO_ASM",))]
)
def test_layers_at_every_level_and_without_assembly(
    optimize: str, flags: tuple[str, ...], tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    cases = [case for test in TESTS for case in test.cases(5, 8)]
    batch.run(cases, tmp_path, batch.Build("cortex-m55", optimize=optimize, flags=flags))


@pytest.mark.parametrize("optimize", ["-O1", "-O3", "-Os"])
def test_the_m85_takes_them(
    optimize: str, tmp_path: Path, m85_clang: str, arm_gcc: str, qemu: str
) -> None:
    """They run on the simulated M55, which has all that they use."""
    cases = [case for test in TESTS for case in test.cases(6, 4)]
    build = batch.Build("cortex-m55", m85_clang, optimize, ["-mcpu=cortex-m85"])
    batch.run(cases, tmp_path, build)


def pairs_and_views() -> list[batch.Case]:
    """Of kernels that take random graphs as the portable ones do."""
    stood_for = {kernel.symbol.replace("tc_", "tc_mve_"): kernel for kernel in portable.kernels()}
    dtypes = {True: "int16", False: "int8"}
    return [
        case
        for test in GRAPHS
        for case in alike.cases(
            test.KERNEL,
            stood_for[test.KERNEL.symbol],
            test.graph,
            7,
            6,
            dtypes[test.KERNEL.symbol.endswith("s16")],
        )
    ]


def test_pairs_and_views_at_another_level(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    flags = ("-DTC_NO_ASM",)
    batch.run(pairs_and_views(), tmp_path, batch.Build("cortex-m55", optimize="-O3", flags=flags))


def test_pairs_and_views_on_the_m85(
    tmp_path: Path, m85_clang: str, arm_gcc: str, qemu: str
) -> None:
    build = batch.Build("cortex-m55", m85_clang, "-Os", ["-mcpu=cortex-m85"])
    batch.run(pairs_and_views(), tmp_path, build)


@pytest.mark.parametrize("flag", ["-O2", "-Os", "-DTC_NO_ASM"])
def test_clang_takes_them(flag: str, clang: str, arm_gcc: str, tmp_path: Path) -> None:
    asked = [arm_gcc, "-print-sysroot"]
    root = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    includes = [f"-I{FOLDER / name}" for name in ("mve", "shared", "")]
    headers = Path(root) / "include" if root else Path("/usr/lib/arm-none-eabi/include")
    command = [clang, "--target=arm-none-eabi", "-mcpu=cortex-m55", "-mfloat-abi=hard", flag]
    command += [*WARNINGS, "-isystem", str(headers), *includes]
    for source in sorted((FOLDER / "mve").glob("*.c")):
        subprocess.run([*command, "-c", str(source), "-o", str(tmp_path / "x.o")], check=True)


def test_no_table_is_read_at_odd_addresses() -> None:
    """Vectors of words are at multiples of 4: tables with words in them are of words."""
    for test in TESTS:
        for case in test.cases(2, 4):
            for name in ("packed", "words"):
                table = case.call.params.get(name)
                assert table is None or np.asarray(table).dtype == np.int32


def test_auto_takes_them_on_cores_with_helium_only() -> None:
    from tinycompile.kernels import kernels_for
    from tinycompile.target import Target

    symbols = {kernel.symbol for kernel in mve.kernels()}
    for name, has in (("cortex-m55", True), ("cortex-m85", True), ("cortex-m4", False)):
        found = {kernel.symbol for kernel in kernels_for(Target.load(name), None)}
        assert (symbols <= found) == has and bool(symbols & found) == has
