"""Multipliers and requantisation in exact arithmetic; the C of tc_requantize*.h beside the Python."""

import ctypes
import math
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinycompile.quantization import (
    QParams,
    doubling_high_mul,
    quantize_multiplier,
    reduced,
    requantize,
    requantize_int64,
    round_away,
    rounding_shift_right,
)
from tinycompile.runtime_c import FOLDER

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
int32 = st.integers(INT32_MIN, INT32_MAX)
positive = st.integers(0, INT32_MAX)
exponents = st.integers(0, 31)
shifts = st.integers(-31, 30)

PROGRAM = """
#include "tc_requantize_s16.h"
#include <stdint.h>
int32_t high(int32_t a, int32_t b);
int32_t shift(int32_t x, int e);
int32_t leave(int32_t x, int32_t m, int s);
int32_t leave_s16(int64_t x, int32_t m, int s, int narrow);
int32_t high(int32_t a, int32_t b) { return tc_doubling_high_mul(a, b); }
int32_t shift(int32_t x, int e) { return tc_rounding_shift_right(x, e); }
int32_t leave(int32_t x, int32_t m, int s) { return tc_requantize(x, m, s); }
int32_t leave_s16(int64_t x, int32_t m, int s, int narrow) { return tc_requantize_s16(x, m, s, narrow); }
"""


def half_away(x: Fraction) -> int:
    """To nearest, ties away from zero, without a float in between."""
    rounded = math.floor(abs(x) + Fraction(1, 2))
    return rounded if x >= 0 else -rounded


def half_up(x: Fraction) -> int:
    """To nearest, ties towards plus infinity."""
    return math.floor(x + Fraction(1, 2))


def wrapped(x: int) -> int:
    return (x + 2**31) % 2**32 - 2**31


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The functions of tc_requantize.h; undefined behaviour ends the process."""
    folder = tmp_path_factory.mktemp("requantize")
    (folder / "unit.c").write_text(PROGRAM)
    flags = ["-std=c99", "-O1", "-shared", "-fPIC", "-fsanitize=undefined"]
    flags += ["-fno-sanitize-recover=all", f"-I{FOLDER / 'shared'}"]
    library = folder / "unit.so"
    subprocess.run(["cc", *flags, str(folder / "unit.c"), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


@given(int32, positive)
@example(INT32_MIN, INT32_MAX)
@example(INT32_MAX, INT32_MAX)
@example(1 << 30, 1)  # exactly a half, up
@example(-(1 << 30), 1)  # exactly minus a half: up too, to 0
@example(-3 << 29, 2)  # -3/2 to -1
def test_the_high_product_rounds_to_nearest_ties_up(c: ctypes.CDLL, a: int, b: int) -> None:
    expected = half_up(Fraction(a * b, 2**31))
    assert int(doubling_high_mul(a, b)) == expected
    assert c.high(a, b) == expected


def test_the_one_product_that_overflows_saturates() -> None:
    assert int(doubling_high_mul(INT32_MIN, INT32_MIN)) == INT32_MAX


@given(int32, exponents)
@example(INT32_MIN, 31)
@example(INT32_MAX, 31)
@example(3, 1)
@example(-3, 1)
def test_a_right_shift_rounds_to_nearest_ties_away_from_zero(
    c: ctypes.CDLL, x: int, exponent: int
) -> None:
    expected = half_away(Fraction(x, 2**exponent))
    assert int(rounding_shift_right(x, exponent)) == expected
    assert c.shift(x, exponent) == expected


@given(int32, positive, shifts)
@example(INT32_MIN, INT32_MAX, 30)
@example(INT32_MIN, 1 << 30, 1)
@example(INT32_MAX, INT32_MAX, -31)
def test_requantisation_rounds_twice(c: ctypes.CDLL, x: int, multiplier: int, shift: int) -> None:
    shifted = wrapped(x << max(shift, 0))
    high = half_up(Fraction(shifted * multiplier, 2**31))
    expected = half_away(Fraction(high, 2 ** max(-shift, 0)))
    assert int(requantize(x, multiplier, shift)) == expected
    assert c.leave(x, multiplier, shift) == expected


@given(st.integers(1 - 2**47, 2**47 - 1), st.integers(0, 2**15 - 1), st.integers(-31, 7))
@example(2**47 - 1, 2**15 - 1, 7)
@example(1 - 2**47, 2**15 - 1, -31)
@example(1, 1 << 14, 0)  # exactly a half, up
@example(-1, 1 << 14, 0)  # exactly minus a half: up too, to 0
def test_sums_of_64_bits_are_rounded_once(
    c: ctypes.CDLL, x: int, multiplier: int, shift: int
) -> None:
    expected = wrapped(half_up(Fraction(x * multiplier, 2 ** (15 - shift))))
    assert int(requantize_int64(x, multiplier, shift)) == expected
    assert c.leave_s16(ctypes.c_int64(x), multiplier, shift, 0) == expected


@given(st.integers(1 - 2**47, 2**47 - 1), positive, shifts)
def test_narrow_sums_wrap_and_are_rounded_twice(
    c: ctypes.CDLL, x: int, multiplier: int, shift: int
) -> None:
    expected = int(requantize(wrapped(x), multiplier, shift))
    assert int(requantize(x, multiplier, shift)) == expected
    assert c.leave_s16(ctypes.c_int64(x), multiplier, shift, 1) == expected


@given(positive)
@example(0x7FFEFFFF)
@example(0x7FFF0000)
@example(INT32_MAX)
def test_reduced_multipliers_are_the_nearest_below_1(multiplier: int) -> None:
    nearest = half_up(Fraction(multiplier, 2**16))
    assert int(reduced(multiplier)) == min(nearest, 2**15 - 1)


def test_two_roundings_are_not_one() -> None:
    """3/8 is nearest to 0, but 3/2 rounds to 2 and then 2/4 to 1."""
    assert int(requantize(3, 1 << 30, -2)) == 1


def test_requantisation_of_arrays_is_element_by_element() -> None:
    sums = np.array([[INT32_MIN, -7], [6, INT32_MAX]])
    multipliers, shifts = np.array([1 << 30, 1234567890]), np.array([-3, 0])
    result = requantize(sums, multipliers, shifts)
    for (row, column), value in np.ndenumerate(sums):
        assert result[row, column] == requantize(value, multipliers[column], shifts[column])


@given(st.floats(2.0**-31, 2.0**29))
def test_a_multiplier_is_within_2_to_the_minus_31_of_the_real_factor(real: float) -> None:
    multiplier, shift = quantize_multiplier(real)
    assert 1 << 30 <= multiplier <= INT32_MAX
    approximation = Fraction(multiplier) * Fraction(2) ** (shift - 31)
    assert abs(approximation / Fraction(real) - 1) <= Fraction(1, 2**31)


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (0.75, (3 << 29, 0)),
        (1 - 2.0**-40, (1 << 30, 1)),  # rounds up to 1: halved, the shift one more
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),  # would shift by 32: too small to count
        (math.nextafter(2.0**30, 0), (INT32_MAX, 30)),  # rounds up to 2**30: saturates
        (2.0**40, (INT32_MAX, 30)),
    ],
)
def test_multipliers_at_the_edges(real: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(real) == expected


@given(st.floats(-1e6, 1e6))
def test_round_away_is_cs_round(x: float) -> None:
    assert int(round_away(x)) == half_away(Fraction(x))


@pytest.mark.parametrize("x", [2.0**52 + 1, -(2.0**53), 0.49999999999999994])
def test_round_away_where_adding_a_half_is_not_exact(x: float) -> None:
    assert int(round_away(x)) == half_away(Fraction(x))


@pytest.mark.parametrize(("real", "expected"), [(0.25, 4), (-0.25, 2), (0.0, 3), (1e3, 2003)])
def test_quantising_a_real_number(real: float, expected: int) -> None:
    assert QParams(0.5, 3).quantize(real) == expected
