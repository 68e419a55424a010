"""Fully connected layers of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.call import Call
from tinycompile.kernels.mve import dense_s16, mve_fully_connected_s16
from tinycompile.kernels.mve.mve_fully_connected_s16 import KERNEL
from tinycompile.kernels.portable.s16 import fully_connected_s16


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    rows = int(rng.choice([1, 1, 2, 3, 6]))
    k = int(rng.choice([1, 3, 7, 8, 16, 24, 100, 128, 160, 304, 1700]))
    n = int(rng.choice([4, 5, 7, 8, 10, 16, 19]))
    return {"rows": rows, "input_n": k, "output_n": n} | convolutions.s16(rng, (n, k))


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        p = parameters(rng)
        x = convolutions.activations(rng, (p["rows"], p["input_n"]), "int16")
        call = mve_fully_connected_s16.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], fully_connected_s16.reference(p, x).reshape(-1)))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 60):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made.reshape(-1), case.expected)


def test_sums_leave_in_every_way() -> None:
    ways = {(case.call.params["way"], case.call.params["rows"] > 1) for case in cases(1)}
    assert ways == {(way, several) for way in dense_s16.KINDS for several in (False, True)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(outputs: int) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        weights = real(np.ones((5, outputs), np.int8), 0.1, 0)
        return quantized(relax.op.matmul(real(x, 0.05, 0), weights), 0.1, 0, "int16")

    return refusal(KERNEL, build, dtype="int16", x=(2, 5))


def test_few_outputs_are_refused() -> None:
    assert refused(4) == "None"
    assert refused(3).endswith("There are at least 4 outputs (there are 3)")
