"""Affine quantisation, and the integer arithmetic that approximates a real scale.

`real = scale * (q - zero_point)`. Kernels for int8 compute in int32 and leave through a requantisation
by a Q31 multiplier and a power of two, with the two roundings of TFLite (gemmlowp). Sums of products of
int16 have 64 bits, a Q15 multiplier and one rounding. The numpy functions here are the reference for
`runtime_c/shared/tc_requantize.h` and `tc_requantize_s16.h`, bit for bit.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

INT8 = (-128, 127)


def integer_limits(dtype: str) -> tuple[int, int]:
    """The lowest and the highest value of an integer type such as "int16"."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


@dataclass(frozen=True)
class QParams:
    """Scale (a float32 value, > 0) and zero point of a tensor quantised as a whole."""

    scale: float
    zero_point: int

    def quantize(self, real: float) -> int:
        """The nearest integer, ties away from zero, in float32 as TFLite does; not clamped."""
        quotient = np.float32(real) / np.float32(self.scale)
        return self.zero_point + int(round_away(quotient))


def fake_quantize(
    x: NDArray[np.float32], params: QParams, limits: tuple[int, int] = INT8
) -> NDArray[np.float32]:
    """What is left of `x` after it became integers within `limits`."""
    scale, (low, high) = np.float32(params.scale), limits
    steps = np.asarray(x / scale, np.float32)  # from the zero point; in place from here on
    np.rint(steps, out=steps)
    np.clip(steps, low - params.zero_point, high - params.zero_point, out=steps)
    return np.multiply(steps, scale, out=steps)


def round_away(x: ArrayLike) -> NDArray[np.float64]:
    """Nearest integers, ties away from zero (C's `round`); numpy's own rounds ties to even."""
    x = np.asarray(x, np.float64)
    whole = np.trunc(x)
    rounded: NDArray[np.float64] = whole + np.copysign(np.abs(x - whole) >= 0.5, x)  # exact
    return rounded


def quantize_multiplier(real: float) -> tuple[int, int]:
    """(multiplier, shift) with `real ~= multiplier * 2**(shift - 31)`, multiplier in [2**30, 2**31).

    TFLite's `QuantizeMultiplier`: 0 and what is below 2**-32 become (0, 0), what is too large saturates.
    """
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = int(round_away(fraction * (1 << 31)))
    if multiplier == 1 << 31:
        multiplier, shift = multiplier // 2, shift + 1
    if shift < -31:
        return 0, 0
    if shift > 30:
        return (1 << 31) - 1, 30
    return multiplier, shift


def requantize(
    accumulator: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> NDArray[np.int64]:
    """`accumulator * multiplier * 2**(shift - 31)`, rounded twice; all int32 values, broadcast.

    A left shift wraps at 32 bits, as the C does.
    """
    shift = np.asarray(shift, np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    shifted = (np.asarray(accumulator, np.int64) << left).astype(np.int32)
    return rounding_shift_right(doubling_high_mul(shifted, multiplier), right)


def reduced(multiplier: ArrayLike) -> NDArray[np.int64]:
    """A Q31 multiplier, not negative, as a Q15 one, to nearest: what TFLite takes for sums of 64 bits."""
    rounded: NDArray[np.int64] = (np.asarray(multiplier, np.int64) + (1 << 15)) >> 16
    return np.minimum(rounded, (1 << 15) - 1)


def requantize_int64(
    accumulator: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> NDArray[np.int64]:
    """`accumulator * multiplier * 2**(shift - 15)`, to nearest, ties up; below 2**47, Q15, shift <= 7.

    The result wraps at 32 bits, as the C does.
    """
    right = 15 - np.asarray(shift, np.int64)
    product = np.asarray(accumulator, np.int64) * np.asarray(multiplier, np.int64)
    rounded = (product + (np.int64(1) << (right - 1))) >> right
    return rounded.astype(np.int32).astype(np.int64)


def doubling_high_mul(a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """The high 32 bits of `2 * a * b`, to nearest, ties up, saturated (gemmlowp's SQRDMULH)."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    total = product + nudge
    high = np.where(total >= 0, total >> 31, -((-total) >> 31))  # C division truncates
    return np.minimum(high, (1 << 31) - 1)  # only (-2**31)**2 exceeds int32


def rounding_shift_right(x: ArrayLike, exponent: ArrayLike) -> NDArray[np.int64]:
    """`x / 2**exponent`, rounded to nearest, ties away from zero."""
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    rounded: NDArray[np.int64] = (x >> exponent) + ((x & mask) > threshold)
    return rounded
