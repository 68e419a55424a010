"""tc_rsqrt_s16: C equals the reference on all inputs, and nearly the function; what it refuses."""

import numpy as np
import pytest
from tvm.relax.op import rsqrt

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.rsqrt_s16 import KERNEL

ALL = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize("scale, out", [(0.001, 0.001), (0.25, 6.1e-5), (2e-5, 0.3), (1.0, 1e-9)])
def test_c_equals_the_reference_and_nearly_the_function(scale: float, out: float, run: Run) -> None:
    match = matched(KERNEL, e.unary16(rsqrt, scale, out), "int16", x=ALL.shape)
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    output = run(KERNEL, params, [ALL], ALL)
    np.testing.assert_array_equal(output, KERNEL.reference(params, ALL))
    assert (output[ALL <= 0] == 32767).all()
    exact = 1 / np.sqrt(ALL[ALL > 0] * scale) / out
    assert np.abs(output[ALL > 0] - np.minimum(exact, 32767)).max() <= 1 + 1e-6 * exact.max()


def test_int8_is_refused() -> None:
    assert "(they are int8 and int16)" in refusal(KERNEL, e.unary16(rsqrt, 0.1, 0.1), x=(4,))


def test_a_tiny_output_scale_is_refused() -> None:
    assert refusal(KERNEL, e.unary16(rsqrt, 1.0, 1e-10), dtype="int16", x=(4,)) == (
        "tc_rsqrt_s16 does not apply: The largest output, that of 1, lies in [2^-11, 2^30) in steps of"
        " the output (it is 1e+10)"
    )
