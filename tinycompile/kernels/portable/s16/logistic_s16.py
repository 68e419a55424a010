"""The logistic function of int16, by the table that `tanh_s16` uses too.

TFLite has the sigmoid in steps of 1/24, and lines between.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.quantization import QParams

STEPS = 256
FRACTION_BITS = 9  # of the argument, in steps of the table


def pattern() -> Pattern:
    p = Pattern()
    real = p.op("logistic", "relax.sigmoid", p.dequantize("input"))
    return p.quantize(real, clamped=False)


def output_scale_is_2_to_the_minus_15(match: Match) -> str | None:
    """The output's scale is 2^-15."""
    scale = match.quantization("output").scale
    return None if scale == 2.0**-15 else f"it is {scale:.9g}"


def input_scale_fits(match: Match) -> str | None:
    """The input's scale lies in [2^-30, 2.66)."""
    scale = match.quantization("input").scale
    return None if 2.0**-30 <= scale < 2.66 else f"it is {scale:.6g}"


def power_of_two(scale: float) -> int | None:
    """The exponent, if TFLite takes `scale` for a power of two: within 0.07 %."""
    log2 = np.log(np.float32(scale)) * (np.float32(1) / np.log(np.float32(2)))
    exponent = int(np.rint(log2))
    return exponent if abs(log2 - np.float32(exponent)) < np.float32(1e-3) else None


def argument(source: QParams, shifts: tuple[int, ...]) -> tuple[int, int]:
    """(multiplier, right shift) of an input to the argument in steps of 1 / (24 * 2^9).

    A scale of 2^-12, with others that TFLite leaves exact as 2^(i - 12) for i in `shifts`.
    """
    exponent = power_of_two(source.scale)
    if exponent is not None and exponent + 12 in shifts:
        return 3 << (exponent + 12), 0
    multiplier, shift = source.scale * 4096 * 3, 0
    while multiplier <= 32767 / 2 and shift <= 30:
        multiplier, shift = 2 * multiplier, shift + 1
    return int(multiplier), shift


def table() -> NDArray[np.uint16]:
    """sigmoid(i / 24) with 16 fractional bits, as TFLite has it.

    Raised by half of what a line to the next entry misses in the middle; the last is as good as 1.
    """
    i = np.arange(STEPS)
    lines = (sigmoid(i) + sigmoid(i + 1)) / 2
    raised = np.rint(sigmoid(i) + (sigmoid(i + 0.5) - lines) / 2)
    raised[-1] = 2**16 - 1
    return raised.astype(np.uint16)


def sigmoid(steps: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(2**16 / (1 + np.exp(-steps / 24)))


def params(match: Match, shifts: tuple[int, ...]) -> dict[str, Param]:
    multiplier, shift = argument(match.quantization("input"), shifts)
    count = prod(match.shape("input"))
    return {"count": count, "multiplier": multiplier, "shift": shift, "table": table()}


def lower(match: Match) -> Call:
    return Call(inputs=("input",), params=params(match, (0,)))


def scaled(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int64]:
    """The argument."""
    half = 1 << (p["shift"] - 1) if p["shift"] else 0
    product: NDArray[np.int64] = x.astype(np.int64) * p["multiplier"]
    return (product + half) >> int(p["shift"])


def interpolated(
    p: dict[str, Any], size: NDArray[np.int64], bits: int, beyond: int
) -> NDArray[np.int64]:
    """The sigmoid of `size` / (24 * 2^bits), with 16 + bits fractional bits; `beyond` past the table."""
    values = np.append(p["table"].astype(np.int64), 0)
    at = np.minimum(size >> bits, STEPS - 1)
    rest = size & ((1 << bits) - 1)
    inside = (values[at] << bits) + rest * (values[at + 1] - values[at])
    return np.where(at < STEPS - 1, inside, beyond)


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    arguments = scaled(p, x)
    one = 1 << (16 + FRACTION_BITS)
    y = interpolated(p, np.abs(arguments), FRACTION_BITS, 0x7FFF << 10)
    half = 1 << 9
    return (np.where(arguments >= 0, y + half, one - y + half - 1) >> 10).astype(np.int16)


KERNEL = Kernel(
    "tc_logistic_s16",
    pattern,
    lower,
    reference,
    constraints=(
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        output_scale_is_2_to_the_minus_15,
        input_scale_fits,
    ),
    bounds=bounds.elementwise,
    overlaps=overlap.in_order,
    summary="Logistic function of int16.",
)
