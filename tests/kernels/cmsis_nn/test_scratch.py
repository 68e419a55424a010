"""Our scratch sizes equal those that CMSIS-NN's own functions state, on a core of each instruction set."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels.cmsis_nn.buffer_sizes import (
    CONVOLUTION,
    CORES,
    FIELDS,
    SHAPES,
    asked,
    convolution_sizes,
)
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.kernels.cmsis_nn import scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.target import Isa

FUNCTIONS = {
    "convolution": "arm_convolve_wrapper_s8_get_buffer_size",
    "depthwise": "arm_depthwise_conv_wrapper_s8_get_buffer_size",
    "average_pool": "arm_avgpool_s8_get_buffer_size",
}


@pytest.mark.parametrize("isa", CORES, ids=lambda isa: isa.name)
def test_sizes_equal_those_of_cmsis_nn(
    isa: Isa, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    cases = convolution_sizes(np.random.default_rng(7))
    arguments = [
        "&conv, &input, &filter, &output",
        "&dw, &input, &depthwise, &output",
        "(int)s[4], (int)s[2]",
    ]
    functions = FUNCTIONS.values()
    theirs = asked(copy, isa, functions, cases, FIELDS, CONVOLUTION, arguments, tmp_path)

    context = Context(isa, copy.version, copy.functions)
    for p, sizes in zip(cases, theirs, strict=True):
        p |= {"groups": 1, "channels": p["input_c"]}
        ours = [getattr(scratch, name)(p, context) for name in FUNCTIONS]
        assert ours == sizes.tolist(), f"{isa.name}, {copy}: {p}"
    assert len({tuple(row) for row in theirs.tolist()}) > SHAPES / 10
