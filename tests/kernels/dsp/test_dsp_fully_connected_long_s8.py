"""Fully connected layers whose sums leave 24 bits: random ones equal the portable kernel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.test_dsp_fully_connected_s8 import refused_by
from tinycompile.call import Call
from tinycompile.kernels.dsp import dsp_fully_connected_long_s8
from tinycompile.kernels.dsp.dsp_fully_connected_long_s8 import KERNEL, longest_part
from tinycompile.kernels.portable.s8 import fully_connected_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Weights of one sign in some layers, all as large as they may be in some."""
    inputs, outputs = int(rng.choice([3, 260, 1001, 1200, 1204])), int(rng.integers(1, 19))
    p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (outputs, inputs))
    del p["input_zero_point"]
    kind = rng.integers(3)
    if kind:
        weights = np.abs(p["weights"]) if kind == 1 else np.full_like(p["weights"], 127)
        weights[:, 0::2] = -128 if rng.random() < 0.3 else weights[:, 0::2]
        p |= {"weights": weights, "bias": rng.integers(-(2**24), 2**24, outputs).astype(np.int32)}
    return {"rows": int(rng.integers(1, 3)), "input_n": inputs, "output_n": outputs} | p


def cases(seed: int, count: int = 20) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        p = parameters(rng)
        low, high = [(-128, 128), (100, 128), (-128, -100)][rng.integers(3)]
        x = rng.integers(low, high, (p["rows"], p["input_n"])).astype(np.int8)
        expected = fully_connected_s8.reference(p, x)
        call = dsp_fully_connected_long_s8.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], expected))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 60):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made, case.expected)


def test_parts_are_as_long_as_their_sums_allow() -> None:
    assert longest_part(np.full((2, 1200), 127, np.int8), 2) == 100  # 24 bits hold 516 products
    assert longest_part(np.full((2, 1200), 1, np.int8), 2) == 300


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 8), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_long_sums_are_taken_and_weights_that_leave_16_bits_refused() -> None:
    assert refused_by(KERNEL, np.full((2000, 3), 127, np.int8)) == "None"
    assert refused_by(KERNEL, np.full((4, 3), -128, np.int8)).endswith("negative one (one is)")
