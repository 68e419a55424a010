"""SVDF on int8 with memories of int16 by CMSIS-NN."""

from dataclasses import replace

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.cmsis_svdf_s8 import without_state_zero_point
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import svdf_state_s16_s8
from tinycompile.kernels.shared import svdf


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = without_state_zero_point(svdf.lower(match))
        needed = scratch.svdf(call.params, context)  # type: ignore[arg-type]
        return replace(call, scratch=needed)

    return adapter.of(
        svdf_state_s16_s8.KERNEL,
        "tc_cmsis_svdf_state_s16_s8",
        "arm_svdf_state_s16_s8",
        context,
        lower,
        reference=lambda p, x, state: svdf.reference(p | {"state_zero_point": 0}, x, state),
        takes_scratch=True,
    )
