"""conv2d on int8 whose weights have a zero point, as uint8 models have it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import accumulate, overlap, window


def lower(match: Match) -> Call:
    return accumulate.with_weights_zero_point(conv2d_s8.lower(match), match)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return conv2d_s8.reference(accumulate.without_weights_zero_point(p), x)


KERNEL = Kernel(
    "tc_conv2d_offset_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        conv2d_s8.layouts_are_canonical,
        window.sizes_fit(window.convolution),
        *accumulate.OFFSET_QUANTISATION,
        accumulate.sums_fit_int32,
    ),
    overlaps=overlap.windows(),
    summary="The same with weights that have a zero point.",
    per_image=True,
)
