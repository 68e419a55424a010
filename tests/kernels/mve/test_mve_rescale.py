"""Requantisation for Helium: random ones equal the portable kernel; what is refused."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.mve.mve_rescale import KERNEL
from tinycompile.kernels.portable.any import rescale


def graph(rng: np.random.Generator, target: str) -> alike.Graph:
    """By factors from less than 1 to large ones; of some, halves are exact."""
    scale = float(2.0 ** rng.choice([-6.0, float(rng.uniform(-14, 3))]))
    out, zero_points = 2.0**-4, [int(n) for n in rng.integers(-128, 128, 2)]
    clip = (-100, 90) if rng.random() < 0.3 else None

    def build(x: Any) -> Any:
        result = quantized(real(x, scale, zero_points[0]), out, zero_points[1], target)
        return result if clip is None else relax.op.clip(result, *clip)

    return build, {"x": (int(rng.integers(1, 4)), int(rng.integers(1, 40)))}


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    types = ("int8", "int16"), ("int16", "int8"), ("int16", "int16")
    found = [
        case
        for i, (source, target) in enumerate(types)
        for case in alike.cases(
            KERNEL, rescale.KERNEL, partial(graph, target=target), i, 16, source
        )
    ]
    alike.run_everywhere(found, core, tmp_path)


def test_bytes_of_both_are_refused() -> None:
    assert refusal(KERNEL, lambda x: quantized(real(x)), x=(4,)) == (
        "tc_mve_rescale does not apply: Input and output are int8 and int16, either way, or both int16"
        " (they are int8 and int8)"
    )
