"""Average pools for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import pools
from tinycompile.kernels.mve.mve_avg_pool2d_s8 import KERNEL


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(
        pools.some(KERNEL, 1),
        tmp_path,
        batch.Build(core, optimize="-O1" if core == "host" else "-O2"),
    )


def test_large_windows_are_refused() -> None:
    def build(x: relax.Expr) -> relax.Expr:
        pool = relax.op.nn.avg_pool2d(real(x), (16, 16), layout="NHWC")
        return quantized(pool, 0.05, 3)

    assert refusal(KERNEL, build, x=(1, 16, 16, 2)).endswith("(one holds 256)")
    assert refusal(KERNEL, build, x=(1, 16, 17, 2)).endswith("(one holds 256)")


@pytest.mark.parametrize("count", range(1, 256))
def test_every_sum_is_divided_right(count: int) -> None:
    """As the C does."""
    shift = 0
    while 2 << shift < count:
        shift += 1
    factor = -(-(65536 << shift) // count) & 0xFFFF
    n = np.arange(128 * count + count // 2 + 1)
    made = n if count == 1 else (n * factor >> 16) >> shift
    np.testing.assert_array_equal(made, n // count)
