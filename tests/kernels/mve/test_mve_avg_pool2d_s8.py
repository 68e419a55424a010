"""Average pools for Helium: random ones equal the portable kernel."""

from pathlib import Path

import pytest
from tvm import relax

from tests.kernels.dsp import alike
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import pools
from tinycompile.kernels.mve.mve_avg_pool2d_s8 import KERNEL


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(pools.some(KERNEL, 1), core, tmp_path)


def test_large_windows_are_refused() -> None:
    def build(x: relax.Expr) -> relax.Expr:
        pool = relax.op.nn.avg_pool2d(real(x), (16, 16), layout="NHWC")
        return quantized(pool, 0.05, 3)

    assert refusal(KERNEL, build, x=(1, 16, 16, 2)).endswith("(one holds 256)")
    assert refusal(KERNEL, build, x=(1, 16, 17, 2)).endswith("(one holds 256)")
