"""Products of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import pytest
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels import pairs
from tests.kernels.dsp import alike
from tests.kernels.graphs import refusal
from tinycompile.kernels.mve.mve_mul_s16 import KERNEL
from tinycompile.kernels.portable.s16 import mul_s16

graph = pairs.product_of_int16


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, mul_s16.KERNEL, graph, 1, dtype="int16")
    alike.run_everywhere(found, core, tmp_path)


def test_factors_that_are_large_or_tiny_are_refused() -> None:
    rule = "The operands' scales, multiplied, are less than 1/2 and at least 2^-32 of the output's"
    for scale, found in ((0.0199, "0.503 of it"), (1e9, "1e-11 of it")):
        build = e.of_int16(multiply, 0.1, 0.1, scale)
        assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
            f"tc_mve_mul_s16 does not apply: {rule} (they are {found})"
        )
