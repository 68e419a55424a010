"""Fully connected layers: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernel import Kernel
from tinycompile.kernels.dsp import dsp_fully_connected_s8
from tinycompile.kernels.dsp.dsp_fully_connected_s8 import KERNEL
from tinycompile.kernels.portable.s8 import fully_connected_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    inputs, outputs = int(rng.choice([1, 3, 4, 6, 8, 16, 30, 40])), int(rng.integers(1, 27))
    if rng.random() < 0.1:
        inputs, outputs = 256, 20  # a long turn of the inner loop
    p = convolutions.zero_points_and_bounds(rng) | convolutions.tables(rng, (outputs, inputs))
    del p["input_zero_point"]
    if rng.random() < 0.2:
        p["weights"] = with_lowest(p["weights"])
    if rng.random() < 0.5:  # one factor for all outputs
        p |= {name: np.full_like(p[name], p[name][0]) for name in ("multipliers", "shifts")}
    return {"rows": int(rng.integers(1, 3)), "input_n": inputs, "output_n": outputs} | p


def with_lowest(weights: np.ndarray) -> np.ndarray:
    """With -128 wherever it may stand: at even places, and beside what is not negative."""
    lowest = weights < -100
    lowest[:, 1::2] &= weights[:, :-1:2] >= 0
    return np.where(lowest, np.int8(-128), weights)


def cases(seed: int, count: int = 50) -> list[batch.Case]:
    return layers.cases(
        dsp_fully_connected_s8, fully_connected_s8, parameters, layers.rows, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_some_channels_of_eights_are_made_once_more() -> None:
    params = [case.call.params for case in cases(3, 200)]
    assert any(p["singles"] > p["output_n"] % 8 for p in params)


def test_constants_are_alike_where_factors_are() -> None:
    literals = [case.call.params["run"].literals for case in cases(3) if case.call.params["octets"]]
    assert {alike for _, _, _, alike in literals} == {0, 1}
    assert {leave for _, _, leave, alike in literals if alike} == {0, 1}
    assert {steps for steps, *_ in literals} == {1, 2, 4}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 30), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(3), tmp_path, batch.Build(core, optimize="-O2"))


def refused_by(kernel: Kernel, weights: np.ndarray) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.matmul(real(x), real(weights, 0.1, 0)))

    return refusal(kernel, build, x=(1, len(weights)))


def test_an_ordinary_layer_is_taken() -> None:
    assert refused_by(KERNEL, np.ones((40, 10), np.int8)) == "None"


def test_weights_that_leave_16_bits_and_long_sums_are_refused() -> None:
    weights = np.full((4, 3), -128, np.int8)
    words = "No odd weight is -128 beside a negative one (one is)"
    assert refused_by(KERNEL, weights).endswith(words)
    weights[0::2] = 0
    assert refused_by(KERNEL, weights) == refused_by(KERNEL, weights[::-1].copy()) == "None"
    assert "leaves 24 bits" in refused_by(KERNEL, np.full((2000, 3), 127, np.int8))
