"""int8 to float32 for Helium: all values, random scales; what is refused."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels import batch
from tests.kernels.dsp import alike
from tests.kernels.graphs import matched, real, refusal
from tinycompile.kernels.mve.mve_dequantize_s8_f32 import KERNEL


def cases() -> list[batch.Case]:
    rng, found = np.random.default_rng(0), []
    for i in range(20):
        x = np.resize(np.arange(-128, 128, dtype=np.int8), 250 + i)
        scale, zero_point = float(2.0 ** rng.uniform(-20, 3)), int(rng.integers(-128, 128))
        match = matched(KERNEL, lambda x, s=scale, z=zero_point: real(x, s, z), x=x.shape)
        found.append(batch.Case(KERNEL, KERNEL.lower(match), [x]))
    return found


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(cases(), core, tmp_path)


def test_tiny_scales_are_refused() -> None:
    assert refusal(KERNEL, lambda x: real(x, 2.0**-127), x=(4,)) == (
        "tc_mve_dequantize_s8_f32 does not apply: The scale is at least 2^-126 (it is 5.88e-39)"
    )
