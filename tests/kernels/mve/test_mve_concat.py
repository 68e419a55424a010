"""Concatenations for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import alike
from tinycompile.kernels.mve.mve_concat import KERNEL
from tinycompile.kernels.portable.any import concat


def graph(rng: np.random.Generator) -> alike.Graph:
    shape, axis = [int(n) for n in rng.integers(1, 5, 3)], int(rng.integers(3))
    extents = [int(n) for n in rng.integers(1, 24, rng.integers(1, 4))]
    shapes = {f"x{i}": (*shape[:axis], n, *shape[axis + 1 :]) for i, n in enumerate(extents)}
    return lambda **xs: relax.op.concat(list(xs.values()), axis), shapes


@pytest.mark.parametrize(
    ("core", "flags"), [("host", ()), ("cortex-m55", ()), ("cortex-m55", ("-DTC_NO_ASM",))]
)
def test_random_layers(
    core: str, flags: tuple[str, ...], tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    found = alike.cases(KERNEL, concat.KERNEL, graph, 1, 30)
    found += alike.cases(KERNEL, concat.KERNEL, graph, 2, 30, "int16")
    batch.run(found, tmp_path, batch.Build(core, optimize="-O2", flags=flags))
