"""Average pools of int16 for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels.dsp import alike
from tests.kernels.mve import pools
from tinycompile.kernels.mve.mve_avg_pool2d_s16 import KERNEL


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(pools.some(KERNEL, 1, dtype="int16"), core, tmp_path)


@pytest.mark.parametrize("bits", [16, 32])
def test_every_sum_is_divided_right(bits: int) -> None:
    """As the C of tc_mve_divisor.h does: the quotients, and what is just below them."""
    for count in range(2, 256 if bits == 16 else 1 << 15):
        shift = (count - 1).bit_length() - 1
        whole = 65536 << shift
        factor = -(-whole // count)
        if bits == 32:
            factor = (whole // count << 16) + -(-(whole % count << 16) // count)
        assert factor < 1 << bits
        largest = (
            (count << (bits // 2 - 1)) + count // 2 if bits == 32 else 128 * count + count // 2
        )
        quotients = np.arange(1, largest // count + 1, max(1, largest // count // 50))
        for n in (quotients * count, quotients * count - 1, np.array([largest])):
            np.testing.assert_array_equal((n * factor >> bits) >> shift, n // count)
