"""Sums of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.dsp import alike
from tests.kernels.graphs import refusal
from tests.kernels.mve import pairs
from tinycompile.kernels.mve import leave_s16, mve_add_s16
from tinycompile.kernels.mve.mve_add_s16 import KERNEL
from tinycompile.kernels.portable.s16 import add_s16


def graph(rng: np.random.Generator) -> alike.Graph:
    operator = (add, subtract)[rng.integers(2)]
    return pairs.of_int16(rng, operator, lambda a, b: max(a, b) * float(2.0 ** rng.uniform(-8, 4)))


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, add_s16.KERNEL, graph, 1, dtype="int16")
    alike.run_everywhere(found, core, tmp_path)


def test_an_operand_of_the_larger_scale_is_shifted_whichever_way() -> None:
    values = np.arange(-32768, 32768)
    multiplier, shift = mve_add_s16.AS_HALF
    raised = leave_s16.twice_rounded(values << 15, multiplier, leave_s16.factor(shift))
    np.testing.assert_array_equal(raised, values << 14)


def test_scales_that_are_far_apart_are_refused() -> None:
    usual = "The output's scale is more than 2^-13, and at most 2^18, of the larger operand's scale"
    smaller = "The smaller scale is at least 2^-31 of the larger one"
    for scales, rule, found in (
        ((1.0, 0.5, 2.0**-13), usual, "0.000122"),
        ((0.1, 0.1, 1e5), usual, "1e+06"),
        ((1e-10, 1.0, 1.0), smaller, "1e-10"),
    ):
        build = e.of_int16(add, *scales)
        assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
            f"tc_mve_add_s16 does not apply: {rule} (it is {found} of it)"
        )
