"""conv2d with int4 weights by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, cmsis_conv2d_s8, int4
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles


def one_group(match: Match) -> str | None:
    """The convolution has one group."""
    groups = int(match.attrs("conv").groups)
    return None if groups == 1 else f"it has {groups}"


def rows_have_even_channels(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With MVE, a row has an even number of channels."""
        p = cmsis_conv2d_s8.sizes(match)
        odd = cmsis_conv2d_s8.goes_by_rows(p, context) and p["input_c"] % 2
        return f"it has {p['input_c']}" if odd else None

    return check


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    shape = (p["output_c"], p["kernel_h"], p["kernel_w"], p["input_c"])
    return conv2d_s8.reference(p | {"weights": int4.widened(p, *shape)}, x)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = int4.halved(adapter.with_wide_shifts(conv2d_s8.lower(match)))
        return adapter.with_scratch(call, int4.convolution_scratch, context)

    return adapter.of(
        conv2d_s8.KERNEL,
        "tc_cmsis_conv2d_s4",
        "arm_convolve_wrapper_s4",
        context,
        lower,
        one_group,
        cmsis_conv2d_s8.single_taps_have_no_padding,
        cmsis_conv2d_s8.rows_are_padded_evenly(context),
        cmsis_conv2d_s8.row_ends_are_apart(context, falls_back=False),
        rows_have_even_channels(context),
        *nibbles.CONSTRAINTS,
        reference=reference,
        takes_scratch=True,
        packed=True,
    )
