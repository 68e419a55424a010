"""Softmax of int8 to int16 over the last axis by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.cmsis_softmax_s8 import input_scale_fits, lower, reference
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import softmax_s8
from tinycompile.quantization import QParams

OUTPUT = QParams(1 / 65536, -32768)


def output_is_int16(match: Match) -> str | None:
    """The output is int16."""
    dtype = match.dtype("root")
    return None if dtype == "int16" else f"it is {dtype}"


def kernel(context: Context) -> Kernel:
    return adapter.of(
        softmax_s8.KERNEL,
        "tc_cmsis_softmax_s8_s16",
        "arm_softmax_s8_s16",
        context,
        lower,
        output_is_int16,
        input_scale_fits,
        reference=lambda p, x: reference(p, x, OUTPUT, 2),
    )
