"""Products of int16 matrices for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np

from tests.kernels import batch
from tests.kernels.dsp.test_dsp_matmul_s16 import case, product
from tests.kernels.graphs import refusal
from tinycompile.kernels.mve.mve_matmul_s16 import KERNEL


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    return [case(rng, KERNEL, 1) for _ in range(count)]


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def test_what_is_refused() -> None:
    found = refusal(KERNEL, product(), dtype="int16", a=(1, 2), b=(2, 5000))
    assert found.endswith("at most 4681 columns (it has 5000)")
    found = refusal(KERNEL, product(1.9e-6), dtype="int16", a=(5, 7), b=(7, 4))
    assert found.endswith("of the output's (they are 0.526 of it)")
