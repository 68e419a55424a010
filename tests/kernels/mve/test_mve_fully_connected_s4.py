"""Fully connected layers of int4 weights for Helium: random ones equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.call import Call
from tinycompile.kernels.mve import mve_fully_connected_s4
from tinycompile.kernels.mve.mve_fully_connected_s4 import KERNEL
from tinycompile.kernels.portable.s8 import fully_connected_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    rows = int(rng.choice([1, 1, 2, 3, 6]))
    k = int(rng.choice([1, 3, 7, 16, 24, 100, 160, 304]))
    n = int(rng.choice([1, 3, 4, 5, 7, 8, 10, 16, 19]))
    if rows == n == 1:
        return parameters(rng)
    p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (n, k))
    del p["input_zero_point"]
    if rng.random() < 0.5:  # one scale for all weights
        p |= {name: np.full_like(p[name], p[name][0]) for name in ("multipliers", "shifts")}
    return {"rows": rows, "input_n": k, "output_n": n} | convolutions.s4(rng, p)


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        p = parameters(rng)
        x = convolutions.activations(rng, (p["rows"], p["input_n"]), "int8")
        call = mve_fully_connected_s4.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], fully_connected_s8.reference(p, x).reshape(-1)))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 60):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made.reshape(-1), case.expected)


def test_both_requantisations_and_both_groups_are_there() -> None:
    params = [case.call.params for case in cases(1)]
    found = {(p["scale"] > 0, p["together"], p["alike"]) for p in params}
    assert found == {(s, 8, a) for s in (0, 1) for a in (0, 1)} | {(s, 4, 0) for s in (0, 1)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(weights: np.ndarray) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.matmul(real(x), real(weights, 0.1, 0)))

    return refusal(KERNEL, build, x=(1, len(weights)))


def test_what_is_not_int4_and_the_longest_sums_are_refused() -> None:
    assert refused(np.full((40, 10), -8, np.int8)) == "None"
    assert refused(np.full((400, 1), -8, np.int8)).endswith(
        "several rows or outputs (there is one)"
    )
    assert refused(np.full((40, 10), 8, np.int8)).endswith("(they reach from 8 to 8)")
    assert refused(np.full((12, 10), 7, np.int8)).endswith("64 bytes less (there are 120)")
    assert refused(np.full((2**17, 4), 1, np.int8)).endswith("(it has 131072)")
