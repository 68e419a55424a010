"""Kernels that say how far their output may run into an input are right: `run` tries each distance."""

from typing import Any

import numpy as np
import pytest

from tests.kernels.dsp import alike
from tests.kernels.dsp import test_dsp_add_exact_s8 as add_exact
from tests.kernels.dsp import test_dsp_add_s8 as add
from tests.kernels.dsp import test_dsp_avg_pool2d_s8 as avg_pool2d
from tests.kernels.dsp import test_dsp_avg_pool2d_s16 as avg_pool2d_s16
from tests.kernels.dsp import test_dsp_max_pool2d_s8 as max_pool2d
from tests.kernels.dsp import test_dsp_max_pool2d_s16 as max_pool2d_s16
from tests.kernels.dsp import test_dsp_mean_s8 as mean
from tests.kernels.dsp import test_dsp_mul_s8 as mul
from tests.kernels.dsp import test_dsp_transpose_conv2d_s8 as transpose_conv2d
from tests.kernels.dsp.test_builds import PAIRS
from tests.kernels.runtime import Run
from tinycompile.kernel import Kernel
from tinycompile.kernels import portable

MODULES = (
    add,
    add_exact,
    mul,
    avg_pool2d,
    max_pool2d,
    mean,
    transpose_conv2d,
)
PORTABLE = {kernel.symbol: kernel for kernel in portable.kernels()}


ALL = (
    [(module.KERNEL, module.graph, "int16") for module in (avg_pool2d_s16, max_pool2d_s16)]
    + [(module.KERNEL, module.graph, "int8") for module in MODULES]
    + [(kernel, graph, dtype) for dtype, kernel, _, graph in PAIRS]
)


@pytest.mark.parametrize(
    ("kernel", "graph", "dtype"), ALL, ids=lambda of: getattr(of, "symbol", "")
)
def test_outputs_over_inputs(kernel: Kernel, graph: Any, dtype: str, run: Run) -> None:
    symbol = kernel.symbol.replace("tc_dsp", "tc").replace("_exact", "")
    stated = 0
    for case in alike.cases(kernel, PORTABLE[symbol], graph, 5, 24, dtype):
        output = run(kernel, case.call.params, case.inputs, case.output)
        np.testing.assert_array_equal(output, case.output)
        stated += any(distance is not None for distance in kernel.overlaps(case.call.params))
    assert stated > 3
