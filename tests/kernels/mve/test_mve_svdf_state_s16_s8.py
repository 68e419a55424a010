"""SVDF for Helium with memories of int16: random layers equal the portable kernel, run after run."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.kernels import batch, svdf
from tests.kernels import cases as random_cases
from tests.kernels.runtime import Run
from tinycompile.kernels.mve.mve_svdf_state_s16_s8 import KERNEL
from tinycompile.kernels.portable.s8 import svdf_state_s16_s8


@settings(max_examples=30)
@given(layer=svdf.layers("int16"), seed=random_cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    svdf.assert_c_equals_the_reference(KERNEL, run, layer, "int16", seed)


def cases(seed: int, count: int = 20) -> list[batch.Case]:
    return svdf.batch_cases(KERNEL, svdf_state_s16_s8.KERNEL, "int16", seed, count)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))
