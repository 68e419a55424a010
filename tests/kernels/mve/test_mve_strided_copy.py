"""Views for Helium: random transposes, slices, reversals and repeats equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tinycompile.kernels.mve.mve_strided_copy import KERNEL
from tinycompile.kernels.portable.any import strided_copy

op = relax.op


def graph(rng: np.random.Generator) -> alike.Graph:
    shape = [int(n) for n in rng.integers(1, 7, 4)]
    shape[rng.integers(4)] = int(rng.integers(1, 30))
    axis, begins = int(rng.integers(4)), [int(rng.integers(0, n)) for n in shape]
    views: tuple[Any, ...] = (
        lambda x: op.permute_dims(x, [int(n) for n in rng.permutation(4)]),
        lambda x: op.strided_slice(
            x, [0, 1, 2, 3], begins, shape, [1, 1, 2, int(rng.integers(1, 3))]
        ),
        lambda x: op.flip(x, axis),
        lambda x: op.repeat(x, 3, axis),
    )
    return views[rng.choice(4, p=[0.55, 0.15, 0.15, 0.15])], {"x": tuple(shape)}


def far_apart(rng: np.random.Generator) -> alike.Graph:
    """Farther than offsets of 16 bits reach, or nearly."""
    shape = int(rng.integers(2, 12)), int(rng.choice([9300, 9400]))
    return lambda x: op.permute_dims(x, [1, 0]), {"x": shape}


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    types = "int8", "int16", "int32"
    found = [
        case
        for i, dtype in enumerate(types)
        for case in alike.cases(KERNEL, strided_copy.KERNEL, graph, i, 25, dtype)
    ]
    alike.run_everywhere(found, core, tmp_path)


def test_elements_that_are_far_apart(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, strided_copy.KERNEL, far_apart, 1, 3)
    found += alike.cases(KERNEL, strided_copy.KERNEL, far_apart, 2, 3, "int16")
    alike.run_everywhere(found, "cortex-m55", tmp_path)
