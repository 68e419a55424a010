"""Depthwise convolutions straight from the input: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp import test_dsp_depthwise_conv2d_s8 as general
from tests.kernels.dsp.convolutions import refused
from tinycompile.kernels.dsp import dsp_depthwise_conv2d_direct_s8
from tinycompile.kernels.dsp.dsp_depthwise_conv2d_direct_s8 import KERNEL
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Factors of all sizes."""
    p = general.parameters(rng)
    while p["output_c"] != p["input_c"]:
        p = general.parameters(rng)
    return p | {"shifts": p["shifts"] + rng.integers(0, 8, p["output_c"]).astype(np.int8)}


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        dsp_depthwise_conv2d_direct_s8,
        depthwise_conv2d_s8,
        parameters,
        convolutions.image,
        seed,
        count,
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    optimize = "-O1" if core == "host" else "-O2"
    batch.run(cases(1), tmp_path, batch.Build(core, optimize=optimize))


def test_large_factors_are_taken_and_several_filters_or_few_channels_refused() -> None:
    assert general.refused(0.01, kernel=KERNEL) == "None"
    assert refused(KERNEL, (8, 3, 3, 1), (5, 5, 4), groups=4).endswith("(each has 2)")
    assert general.refused(0.1, channels=3, kernel=KERNEL).endswith("(there are 3)")
