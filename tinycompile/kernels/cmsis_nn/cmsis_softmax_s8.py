"""Softmax of int8 over the last axis by CMSIS-NN, which computes exponentials as it goes."""

import math
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import fixed_point
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import softmax_s8
from tinycompile.kernels.shared import overlap
from tinycompile.quantization import QParams, doubling_high_mul, quantize_multiplier

FRACTION_BITS = 31 - softmax_s8.INPUT_INTEGER_BITS
OUTPUT = QParams(1 / 256, -128)


def output_is_a_share_of_256(match: Match) -> str | None:
    """The output has scale 1/256 and zero point -128."""
    found = match.quantization("output")
    return None if found == OUTPUT else f"they are {found.scale:.6g} and {found.zero_point}"


def input_scale_fits(match: Match) -> str | None:
    """The input's scale is at least 2^-26."""
    scale = softmax_s8.logarithm_scale(match)
    return (
        None if quantize_multiplier(scale * (1 << FRACTION_BITS))[1] >= 0 else f"it is {scale:.6g}"
    )


def reference(
    p: dict[str, Any], x: NDArray[np.int8], output: QParams, output_size: int
) -> NDArray[Any]:
    below = -np.arange(min(-p["least_difference"], 255) + 1, dtype=np.int64)
    logarithms = doubling_high_mul(below << p["shift"], p["multiplier"])
    table = fixed_point.exp_on_negative(logarithms, softmax_s8.INPUT_INTEGER_BITS)
    multiplier, exponent = softmax_s8.output_factor(output.scale)
    portable = {
        "count": len(table),
        "exponentials": table,
        "multiplier": multiplier,
        "exponent": exponent,
        "output_zero_point": output.zero_point,
        "output_size": output_size,
    }
    return softmax_s8.reference(p | portable, x)


def lower(match: Match) -> Call:
    real = min(softmax_s8.logarithm_scale(match) * (1 << FRACTION_BITS), (1 << 31) - 1.0)
    multiplier, shift = quantize_multiplier(real)
    *outer, depth = match.shape("input")
    largest = ((1 << softmax_s8.INPUT_INTEGER_BITS) - 1) * (1 << FRACTION_BITS) / (1 << shift)
    return Call(
        inputs=("input",),
        params={
            "rows": prod(outer),
            "depth": depth,
            "multiplier": multiplier,
            "shift": shift,
            "least_difference": -math.floor(largest),
        },
    )


def kernel(context: Context) -> Kernel:
    return adapter.of(
        softmax_s8.KERNEL,
        "tc_cmsis_softmax_s8",
        "arm_softmax_s8",
        context,
        lower,
        output_is_a_share_of_256,
        input_scale_fits,
        reference=lambda p, x: reference(p, x, OUTPUT, 1),
        overlaps=overlap.in_order,
    )
