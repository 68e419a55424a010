"""tanh of int16, from the sigmoid of twice the argument (`logistic_s16`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s16 import logistic_s16
from tinycompile.kernels.shared import accumulate, bounds, overlap

FRACTION_BITS = logistic_s16.FRACTION_BITS - 1  # of twice the argument, in steps of the table


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("tanh", "relax.tanh", p.dequantize("input")), clamped=False)


def lower(match: Match) -> Call:
    return Call(inputs=("input",), params=logistic_s16.params(match, (0, 1)))


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    arguments = logistic_s16.scaled(p, x)
    size = np.abs(arguments)
    sigmoid = logistic_s16.interpolated(p, size, FRACTION_BITS, 0xFFFF << FRACTION_BITS)
    y = sigmoid - (1 << (15 + FRACTION_BITS))
    half = 1 << 7
    return (np.where(arguments >= 0, y + half, half - 1 - y) >> 8).astype(np.int16)


KERNEL = Kernel(
    "tc_tanh_s16",
    pattern,
    lower,
    reference,
    constraints=(
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        logistic_s16.output_scale_is_2_to_the_minus_15,
        logistic_s16.input_scale_fits,
    ),
    bounds=bounds.elementwise,
    overlaps=overlap.in_order,
    summary="Hyperbolic tangent of int16, as TFLite approximates it.",
    approximate=True,
)
