"""Fully connected layers for Helium: random ones equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_fully_connected_s8
from tinycompile.kernels.mve.mve_fully_connected_s8 import KERNEL
from tinycompile.kernels.portable.s8 import fully_connected_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    rows, k = (
        int(rng.choice([1, 1, 2, 3, 6])),
        int(rng.choice([1, 3, 7, 16, 24, 100, 128, 160, 304])),
    )
    n = int(rng.choice([1, 2, 3, 4, 5, 7, 8, 10, 16, 19]))
    p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (n, k))
    if rng.random() < 0.5:  # one scale for all weights
        p |= {name: np.full_like(p[name], p[name][0]) for name in ("multipliers", "shifts")}
    sizes = {"rows": rows, "input_n": k, "output_n": n}
    return sizes | {name: value for name, value in p.items() if name != "input_zero_point"}


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_fully_connected_s8, fully_connected_s8, parameters, layers.rows, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_both_requantisations_and_both_groups_are_there() -> None:
    params = [case.call.params for case in cases(1)]
    found = {(p["scale"] > 0, p["together"], p["alike"]) for p in params}
    assert found == {(s, 8, a) for s in (0, 1) for a in (0, 1)} | {(s, 4, 0) for s in (0, 1)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(rows: int, outputs: int) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        weights = real(np.ones((5, outputs), np.int8), 0.1, 0)
        return quantized(relax.op.matmul(real(x), weights))

    return refusal(KERNEL, build, x=(rows, 5))


def test_a_single_output_is_refused() -> None:
    assert refused(2, 1) == refused(1, 2) == "None"
    assert refused(1, 1).endswith("There are several rows or outputs (there is one)")
