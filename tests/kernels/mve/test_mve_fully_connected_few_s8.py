"""Fully connected layers of few outputs for Helium: random ones equal the portable kernel; refusals."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.call import Call
from tinycompile.kernels.mve.mve_fully_connected_few_s8 import KERNEL


def cases() -> list[batch.Case]:
    rng, found = np.random.default_rng(1), []
    for _ in range(40):
        n, k = int(rng.integers(1, 5)), int(rng.choice([1, 7, 16, 24, 100, 128, 303]))
        p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (n, k))
        del p["input_zero_point"]
        x = rng.integers(-128, 128, (1, k)).astype(np.int8)
        call = Call(("input",), {"rows": 1, "input_n": k, "output_n": n} | p)
        found.append(batch.Case(KERNEL, call, [x]))
    return found


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(cases(), core, tmp_path)


@pytest.mark.parametrize(("rows", "outputs"), [(2, 1), (1, 5)])
def test_rows_or_many_outputs_are_refused(rows: int, outputs: int) -> None:
    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.matmul(real(x), real(np.ones((5, outputs), np.int8), 0.1, 0)))

    assert refusal(KERNEL, build, x=(rows, 5)) == (
        "tc_mve_fully_connected_few_s8 does not apply: There is one row, of at most 4 outputs"
        f" (there are {rows}, of {outputs})"
    )
