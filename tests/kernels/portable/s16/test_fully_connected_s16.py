"""Its constraints are tripped in test_conv2d_s16.py and test_fully_connected_s8.py."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import cases
from tests.kernels.portable.s8.test_fully_connected_s8 import layers
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.fully_connected_s16 import KERNEL


@given(sizes=layers(), data=st.data(), seed=cases.SEEDS)
def test_c_equals_the_reference(
    run: Run, sizes: dict[str, int], data: st.DataObject, seed: int
) -> None:
    p = sizes | data.draw(cases.s16((sizes["output_n"], sizes["input_n"]), sizes["output_n"]))
    x = cases.int16(seed, p["rows"], p["input_n"])
    output = np.empty((p["rows"], p["output_n"]), np.int16)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))
