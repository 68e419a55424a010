"""What the kernels of the sigmoid's table, logistic and tanh, are tested with."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernel import Kernel

ALL = np.arange(-32768, 32768).astype(np.int16)
NEAR = 16  # steps of 2^-15
Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def scales(test: Any) -> Any:
    """Gives `test` input scales, among them those that TFLite treats apart."""
    for scale in (2.6, 2.0**-12 * 1.0005, 2.0**-11, 2.0**-12):
        test = example(scale=scale)(test)
    return given(scale=st.floats(-30, 1.4).map(lambda exponent: 2.0**exponent))(test)


def assert_c_equals_the_reference(
    run: Run, kernel: Kernel, operator: Any, function: Function, scale: float
) -> None:
    """On all inputs, and that both are nearly `function`."""
    match = matched(kernel, e.unary16(operator, scale, 2.0**-15), "int16", x=ALL.shape)
    assert kernel.refusal(match) is None
    params = kernel.lower(match).params
    output = run(kernel, params, [ALL], ALL)
    np.testing.assert_array_equal(output, kernel.reference(params, ALL))
    assert np.abs(output - 2.0**15 * function(ALL * scale)).max() <= NEAR


def refused(
    kernel: Kernel, operator: Any, scale: float, output_scale: float, dtype: str = "int16"
) -> str:
    return refusal(kernel, e.unary16(operator, scale, output_scale), dtype=dtype, x=(4,))
