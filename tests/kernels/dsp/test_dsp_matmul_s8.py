"""Products of matrices: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp.dsp_matmul_s8 import KERNEL
from tinycompile.kernels.portable.s8 import matmul_s8


def product(scale: float = 0.05, points: Any = (3, 3, 0), clip: bool = False) -> Any:
    def build(a: Any, b: Any) -> Any:
        out = relax.op.matmul(real(a, 0.05, points[0]), real(b, 0.05, points[1]))
        out = quantized(out, scale, points[2])
        return relax.op.clip(out, -90, 100) if clip else out

    return build


def graph(rng: np.random.Generator) -> alike.Graph:
    batches, rows, depth = (int(n) for n in rng.integers(1, (4, 7, 23)))
    columns = int(rng.integers(4, 14))
    points = [int(n) for n in rng.integers(-128, 128, 3)]
    stacks = [(batches,) if rng.random() < 0.7 else (1,) for _ in "ab"]
    build = product(float(2.0 ** rng.uniform(-7, 4)), points, rng.random() < 0.3)
    return build, {"a": (*stacks[0], rows, depth), "b": (*stacks[1], depth, columns)}


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, matmul_s8.KERNEL, graph, 1, 100), core, tmp_path)


def test_few_columns_are_refused() -> None:
    found = refusal(KERNEL, product(), a=(5, 7), b=(7, 3))
    assert found.endswith("The second input has 4 columns or more (it has 3)")


def test_long_sums_are_refused() -> None:
    found = refusal(KERNEL, product(), a=(1, 20000), b=(20000, 4))
    assert found.endswith("A sum has at most 16512 products (it has 20000)")


def test_factors_that_are_large_or_tiny_are_refused() -> None:
    for scale, found in ((0.004, "0.625"), (20000.0, "1.25e-07")):
        assert refusal(KERNEL, product(scale), a=(5, 7), b=(7, 4)).endswith(
            f"less than 1/2 and more than 2^-20 of the output's (they are {found} of it)"
        )
