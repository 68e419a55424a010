"""Scratch of transposed convolutions and matrix products is what CMSIS-NN's own functions state."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels.cmsis_nn.buffer_sizes import CORES, asked
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.kernels.cmsis_nn import scratch
from tinycompile.kernels.cmsis_nn.cmsis_transpose_conv2d_upscaled_s8 import FEW_CHANNELS
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.target import Isa

FIELDS = (
    "input_h", "input_w", "input_c", "output_h", "output_w", "output_c", "kernel_h", "kernel_w", "stride",
)  # fmt: skip
SHAPES = 200

SETUP = """\
        const cmsis_nn_dims input = {1, s[0], s[1], s[2]}, output = {1, s[3], s[4], s[5]};
        const cmsis_nn_dims filter = {s[5], s[6], s[7], s[2]}, matrix = {s[0], 1, 1, s[5]};
        const cmsis_nn_transpose_conv_params params = {.stride = {s[8], s[8]}};
        (void)params;
"""


def shapes(rng: np.random.Generator) -> list[dict[str, int]]:
    rows = []
    for _ in range(SHAPES):
        size, kernel, stride = rng.integers(1, 12, 2), rng.integers(1, 6, 2), rng.integers(1, 4)
        channels, filters = rng.integers(1, 40, 2)
        values = (*size, channels, *(size * stride), filters, *kernel, stride)
        p = dict(zip(FIELDS, map(int, values), strict=True))
        rows.append(p | {"stride_h": p["stride"], "stride_w": p["stride"]})
    return rows


def transposed_convolution(p: dict[str, int], context: Context) -> int:
    """Of the function that CMSIS-NN's wrapper would take."""
    if context.version >= (7, 0) and p["stride"] <= 2 and p["input_c"] > FEW_CHANNELS:
        return scratch.columns(p, context)
    return scratch.transposed_convolution(p, context)[0]


@pytest.mark.parametrize("isa", CORES, ids=lambda isa: isa.name)
def test_sizes_equal_those_of_cmsis_nn(
    isa: Isa, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    functions = ["arm_transpose_conv_s8_get_buffer_size", "arm_fully_connected_s8_get_buffer_size"]
    if not copy.functions.issuperset(functions):
        pytest.skip(f"{copy} has none of these functions")
    wanted = shapes(np.random.default_rng(3))
    first = "&params, " if copy.version >= (7, 0) else ""
    arguments = [f"{first}&input, &filter, &output", "&matrix"]
    theirs = asked(copy, isa, functions, wanted, FIELDS, SETUP, arguments, tmp_path)

    context = Context(isa, copy.version, copy.functions)
    for p, sizes in zip(wanted, theirs.tolist(), strict=True):
        product = {"columns": p["output_c"], "depth": p["input_h"], "b_transposed": 1}
        ours = [transposed_convolution(p, context), scratch.matmul(product, context)]
        assert ours == sizes, f"{isa.name}, {copy}: {p}"


FIELDS_S16 = (*FIELDS, "dilation")
SETUP_S16 = """\
        const cmsis_nn_dims input = {1, s[0], s[1], s[2]}, output = {1, s[3], s[4], s[5]};
        const cmsis_nn_dims filter = {s[5], s[6], s[7], s[2]}, depthwise = {1, s[6], s[7], s[5]};
        const cmsis_nn_tile stride = {s[8], s[8]}, dilation = {s[9], s[9]};
        const cmsis_nn_conv_params conv = {.stride = stride, .dilation = dilation};
        const cmsis_nn_dw_conv_params dw = {.ch_mult = 1, .stride = stride, .dilation = dilation};
"""
FUNCTIONS_S16 = {
    "convolution_s16": "arm_convolve_wrapper_s16_get_buffer_size",
    "depthwise_s16": "arm_depthwise_conv_wrapper_s16_get_buffer_size",
    "average_pool": "arm_avgpool_s16_get_buffer_size",
}


@pytest.mark.parametrize("isa", CORES, ids=lambda isa: isa.name)
def test_sizes_for_int16(isa: Isa, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    if not copy.functions.issuperset(FUNCTIONS_S16.values()):
        pytest.skip(f"{copy} has no functions for int16")
    wanted = [
        p | {"dilation": 1 + (i % 4 == 0)} for i, p in enumerate(shapes(np.random.default_rng(4)))
    ]
    arguments = [
        "&conv, &input, &filter, &output",
        "&dw, &input, &depthwise, &output",
        "(int)s[4], (int)s[2]",
    ]
    functions = FUNCTIONS_S16.values()
    theirs = asked(copy, isa, functions, wanted, FIELDS_S16, SETUP_S16, arguments, tmp_path)

    context = Context(isa, copy.version, copy.functions)
    for p, sizes in zip(wanted, theirs.tolist(), strict=True):
        p |= {"dilation_h": p["dilation"], "dilation_w": p["dilation"], "channels": p["input_c"]}
        one = p | {"output_c": p["input_c"]}  # of depthwise
        ours = [
            getattr(scratch, name)(q, context)
            for name, q in zip(FUNCTIONS_S16, (p, one, p), strict=True)
        ]
        assert ours == sizes, f"{isa.name}, {copy}: {p}"
