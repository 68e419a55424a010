"""Products of int16 for DSP cores: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op import multiply

from tests.kernels import elementwise as e
from tests.kernels import pairs
from tests.kernels.dsp import alike
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.dsp.dsp_mul_s16 import KERNEL
from tinycompile.kernels.portable.s16 import mul_s16


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, mul_s16.KERNEL, pairs.product_of_int16, 1, dtype="int16")
    alike.run_everywhere(found, core, tmp_path)


@pytest.mark.parametrize("scale", [2.0**-9, 0.0043, 0.1, 7.3])
def test_ends_of_the_range(run: Run, scale: float) -> None:
    ends = np.array([-32768, -32767, -1, 0, 1, 32767], np.int16)
    x, y = (np.ascontiguousarray(v) for v in np.broadcast_arrays(ends[:, None], ends))
    match = matched(KERNEL, e.of_int16(multiply, 0.01, 0.02, scale), "int16", x=x.shape, y=y.shape)
    expected = mul_s16.KERNEL.reference(mul_s16.KERNEL.lower(match).params, x, y)
    output = run(KERNEL, KERNEL.lower(match).params, [x, y], np.empty_like(expected))
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


def test_factors_that_are_large_or_tiny_are_refused() -> None:
    rule = "The operands' scales, multiplied, are less than 1/2 and at least 2^-31 of the output's"
    for scale, found in ((0.0199, "0.503 of it"), (1e9, "1e-11 of it")):
        build = e.of_int16(multiply, 0.1, 0.1, scale)
        assert refusal(KERNEL, build, dtype="int16", x=(4,), y=(4,)) == (
            f"tc_dsp_mul_s16 does not apply: {rule} (they are {found})"
        )
