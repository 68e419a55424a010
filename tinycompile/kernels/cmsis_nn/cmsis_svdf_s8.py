"""SVDF on int8 with memories of int8 by CMSIS-NN."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import svdf_s8
from tinycompile.kernels.shared import svdf
from tinycompile.target import Isa


def state_has_zero_point_0(match: Match) -> str | None:
    """The state has zero point 0."""
    zero_point = match.quantization("state").zero_point
    return f"it is {zero_point}" if zero_point else None


def kernel_sums(match: Match, context: Context) -> NDArray[np.int32]:
    """What MVE code adds to the products with each filter: sums of weights, from version 7 on scaled."""
    if context.isa < Isa.MVE:
        return np.zeros(1, np.int32)
    offset = -match.quantization("input").zero_point if context.version >= (7, 0) else 1
    return np.asarray(match.array("features").astype(np.int32).sum(1) * offset, np.int32)


def without_state_zero_point(call: Call) -> Call:
    p = {name: value for name, value in call.params.items() if name != "state_zero_point"}
    return replace(call, params=p)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = without_state_zero_point(svdf.lower(match))
        sums: dict[str, Param] = {"kernel_sums": kernel_sums(match, context)}
        needed = scratch.svdf(call.params, context)  # type: ignore[arg-type]
        return replace(call, params=call.params | sums, scratch=needed)

    return adapter.of(
        svdf_s8.KERNEL,
        "tc_cmsis_svdf_s8",
        "arm_svdf_s8",
        context,
        lower,
        state_has_zero_point_0,
        since=5,
        reference=lambda p, x, state: svdf.reference(p | {"state_zero_point": 0}, x, state),
        takes_scratch=True,
    )
