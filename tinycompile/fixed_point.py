"""Fixed-point functions of gemmlowp in numpy, bit for bit: what TFLite's int8 softmax and tanh use.

A Qn number is an int32 (held in int64 arrays) that stands for `raw * 2**(n - 31)`: n integer bits.
The product of a Qm and a Qn is a Q(m + n).
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinycompile.quantization import doubling_high_mul, rounding_shift_right

INT32_MAX = 2**31 - 1
ONE_Q0 = INT32_MAX  # 1 is not representable in Q0; this is the nearest
ONE_Q2 = 1 << 29

Array = NDArray[np.int64]


def constant(real: float, integer_bits: int = 0) -> int:
    """`real` as a Qn."""
    return round(real * (1 << (31 - integer_bits)))


def shift_left(x: Array, amount: int) -> Array:
    """`x * 2**amount`, saturated to int32."""
    saturated: Array = np.clip(x << amount, -INT32_MAX - 1, INT32_MAX)
    return saturated


def exp_on_negative(x: ArrayLike, integer_bits: int) -> Array:
    """exp of a Qn <= 0 with n <= 5, as a Q0.

    The last quarter by a Taylor series around -1/8; whole quarters by a product of exp(-2**k), one
    for each bit k of their number.
    """
    x = np.asarray(x, np.int64)
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    last = (x & (quarter - 1)) - quarter  # [-1/4, 0)
    result = _exp_of_last_quarter(last << integer_bits)
    quarters = last - x
    for k in range(-2, integer_bits):
        smaller = doubling_high_mul(result, constant(math.exp(-(2.0**k))))
        result = np.where(quarters & (1 << (fraction_bits + k)), smaller, result)
    return np.where(x == 0, ONE_Q0, result)


def _exp_of_last_quarter(a: Array) -> Array:
    at_eighth = constant(math.exp(-1 / 8))
    x = a + (1 << 28)
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4_over_4 = rounding_shift_right(doubling_high_mul(x2, x2), 2)
    thirds = doubling_high_mul(x4_over_4 + x3, constant(1 / 3))
    series = x + rounding_shift_right(thirds + x2, 1)
    return at_eighth + doubling_high_mul(at_eighth, series)


def _inverse_of_half_denominator(a: ArrayLike) -> Array:
    """1 / ((1 + a) / 2) of a Q0 `a` in [0, 1), as a Q2: three steps of Newton's method."""
    total = np.asarray(a, np.int64) + ONE_Q0
    half = (total + 1) // 2  # total > 0
    x = constant(48 / 17, 2) + doubling_high_mul(half, constant(-32 / 17, 2))
    for _ in range(3):
        error = ONE_Q2 - doubling_high_mul(half, x)
        x = x + shift_left(doubling_high_mul(x, error), 2)
    return x


def one_over_one_plus(a: ArrayLike) -> Array:
    """1 / (1 + a) of a Q0 `a` in [0, 1), as a Q0."""
    return shift_left(_inverse_of_half_denominator(a), 1)


def logistic(x: ArrayLike) -> Array:
    """The logistic function of a Q4, as a Q0."""
    x = np.asarray(x, np.int64)
    positive = one_over_one_plus(exp_on_negative(-np.abs(x), 4))
    result = np.where(x > 0, positive, ONE_Q0 - positive)
    return np.where(x == 0, 1 << 30, result)


def tanh(x: ArrayLike) -> Array:
    """tanh of a Q4, as a Q0: (1 - e) / (1 + e) with e = exp(-2|x|)."""
    x = np.asarray(x, np.int64)
    e = exp_on_negative(-np.abs(x), 5)  # the bits of x as a Q4 are those of 2x as a Q5
    size = shift_left(_inverse_of_half_denominator(e) - ONE_Q2, 2)
    return np.where(x == 0, 0, np.where(x < 0, -size, size))


def inverse_square_root(value: int) -> tuple[int, int]:
    """(multiplier, shift) of 1 / sqrt(value), an int32, by Newton's method; of 0 as of 1."""
    if value <= 1:
        return INT32_MAX, 0
    quarters = 1 if value >= 1 << 29 else 0
    value >>= 2 * quarters
    pairs = (32 - value.bit_length() - 1) // 2 - 1  # value * 4**pairs lies in [2**27, 2**29)
    half_input = rounding_shift_right((value << (2 * pairs)) >> 1, 1)  # Q3, as all that follows
    x = np.asarray(1 << 28, np.int64)
    for _ in range(5):
        cube = shift_left(doubling_high_mul(doubling_high_mul(x, x), x), 6)
        step = doubling_high_mul(constant(1.5, 3), x) - doubling_high_mul(half_input, cube)
        x = shift_left(step, 3)
    multiplier = int(doubling_high_mul(x, constant(math.sqrt(2) / 2)))
    shift = pairs - 11 - quarters
    return (multiplier << shift, 0) if shift > 0 else (multiplier, shift)
