"""Fully connected layers of int4 weights: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.test_dsp_fully_connected_s8 import refused_by
from tinycompile.kernels.dsp import dsp_fully_connected_s4
from tinycompile.kernels.dsp.dsp_fully_connected_s4 import KERNEL
from tinycompile.kernels.portable.s8 import fully_connected_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    inputs, outputs = int(rng.integers(1, 42)), int(rng.integers(1, 14))
    p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (outputs, inputs))
    del p["input_zero_point"]
    p["weights"] = rng.integers(-8, 8, p["weights"].shape).astype(np.int8)
    p["shifts"] = p["shifts"] + np.int8(4)
    return {"rows": int(rng.integers(1, 3)), "input_n": inputs, "output_n": outputs} | p


def cases(seed: int, count: int = 50) -> list[batch.Case]:
    return layers.cases(
        dsp_fully_connected_s4, fully_connected_s8, parameters, layers.rows, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 30), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_weights_of_more_bits_and_few_weights_are_refused() -> None:
    assert refused_by(KERNEL, np.full((40, 10), -8, np.int8)) == "None"
    assert refused_by(KERNEL, np.full((40, 10), 8, np.int8)).endswith("(they reach from 8 to 8)")
    assert refused_by(KERNEL, np.full((12, 10), 7, np.int8)).endswith(
        "64 bytes less (there are 120)"
    )
