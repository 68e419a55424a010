"""Sums and differences: random ones equal the portable kernel, all pairs of values too; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.dsp import alike
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.dsp.dsp_add_s8 import KERNEL
from tinycompile.kernels.portable.s8 import add_s8


def shapes(rng: np.random.Generator) -> alike.Shapes:
    """Of two operands; along the last axis neither is broadcast."""
    extents = (*tuple(int(n) for n in rng.integers(1, 7, 3)), int(rng.integers(2, 20)))
    other = tuple(1 if rng.random() < 0.2 else n for n in extents[:3]) + extents[3:]
    return dict(
        zip("xy", (extents, other) if rng.random() < 0.5 else (other, extents), strict=True)
    )


def quantization(rng: np.random.Generator) -> e.Quantization:
    return float(rng.uniform(0.01, 0.3)), int(rng.integers(-128, 128))


def graph(rng: np.random.Generator) -> alike.Graph:
    operator = (add, subtract)[rng.integers(2)]
    clip = (-100, 90) if rng.random() < 0.3 else None
    a, b, out = (quantization(rng) for _ in range(3))
    return e.binary(operator, a, b, out, clip), shapes(rng)


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, add_s8.KERNEL, graph, 1), core, tmp_path)


def test_every_pair_of_values(run: Run) -> None:
    values = np.arange(-128, 128, dtype=np.int8)
    x, y = (np.ascontiguousarray(v) for v in np.broadcast_arrays(values[:, None], values))
    build = e.binary(subtract, (0.11327, 3), (0.07113, -60), (0.2, 9), None)
    match = matched(KERNEL, build, x=x.shape, y=y.shape)
    expected = add_s8.reference(add_s8.lower(match).params, x, y)
    output = run(KERNEL, KERNEL.lower(match).params, [x, y], np.empty_like(expected))
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


def test_an_operand_that_is_broadcast_along_rows_is_refused() -> None:
    assert refusal(KERNEL, e.two(add), x=(3, 4), y=(3, 1)) == (
        "tc_dsp_add_s8 does not apply: Along the last axis neither operand is broadcast (one is)"
    )


def test_factors_that_do_not_fit_are_refused() -> None:
    build: Any = e.binary(add, (0.1, 0), (0.1, 0), (0.0005, 0), None)
    assert refusal(KERNEL, build, x=(4,), y=(4,)) == (
        "tc_dsp_add_s8 does not apply: Constants are found by which every pair of values becomes what it"
        " should (there are none)"
    )
