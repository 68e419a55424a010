"""Softmax of int8 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op.nn import softmax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.mve.mve_softmax_s8 import KERNEL
from tinycompile.kernels.portable.s8 import softmax_s8

OUTPUTS = ((1 / 256, -128), (1 / 256, -128), (0.0039, -100), (0.01, 0), (1e-5, 5))


def graph(rng: np.random.Generator) -> alike.Graph:
    scale, out = float(2.0 ** rng.uniform(-13, 5)), OUTPUTS[rng.integers(len(OUTPUTS))]
    shape = int(rng.integers(1, 4)), int(rng.choice([1, 2, 5, 12, 16, 37, 300]))
    return lambda x: quantized(softmax(real(x, scale), -1), *out), {"x": shape}


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, softmax_s8.KERNEL, graph, 1), core, tmp_path)


def test_int16_is_refused() -> None:
    found = refusal(
        KERNEL,
        lambda x: quantized(softmax(real(x), -1), 1 / 65536, -32768, "int16"),
        x=(1, 4),
    )
    assert found == "tc_mve_softmax_s8 does not apply: The output is int8 (it is int16)"
