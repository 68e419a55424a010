"""Products for Helium: random ones equal the portable kernel, all pairs of values too."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels import pairs
from tests.kernels.dsp import alike, test_dsp_mul_s8
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.mve.mve_mul_s8 import KERNEL
from tinycompile.kernels.portable.s8 import mul_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    build, _ = test_dsp_mul_s8.graph(rng)
    return build, pairs.shapes(rng)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, mul_s8.KERNEL, graph, 1), core, tmp_path)


@pytest.mark.parametrize("scale", [2.0**-7, 0.04, 0.3])  # of the first, halves are exact
def test_every_pair_of_values(run: Run, scale: float) -> None:
    values = np.arange(-128, 128, dtype=np.int8)
    x, y = (np.ascontiguousarray(v) for v in np.broadcast_arrays(values[:, None], values))
    build = e.binary(multiply, (scale, 3), (0.5, -60), (1.0, 9), None)
    match = matched(KERNEL, build, x=x.shape, y=y.shape)
    expected = mul_s8.reference(mul_s8.lower(match).params, x, y)
    output = run(KERNEL, KERNEL.lower(match).params, [x, y], np.empty_like(expected))
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


def test_factors_that_are_large_or_tiny_are_refused() -> None:
    rule = "The operands' scales, multiplied, are less than 1/2 and at least 2^-32 of the output's"
    for scale, found in ((0.0199, "0.503 of it"), (1e9, "1e-11 of it")):
        build = e.binary(multiply, (0.1, 0), (0.1, 0), (scale, 0), None)
        assert refusal(KERNEL, build, x=(4,), y=(4,)) == (
            f"tc_mve_mul_s8 does not apply: {rule} (they are {found})"
        )
