"""float32 to int8 for Helium, which has no division of vectors: products, proved for all numbers.

What is rounded is x / scale, itself rounded to float32. Instead the C multiplies by the inverse, in two
parts. Both rise with x, so they are equal if each value of the output begins at the same number in both.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import quantize_f32_s8
from tinycompile.quantization import round_away
from tinycompile.target import Isa

Float = np.float32
NEAR = 8  # floats around a quotient's number, of which one is where it begins
FARTHEST = (
    2.0**64
)  # scales beyond, or below the inverse, may lose digits: vectors have no tiny numbers


class Inverse(NamedTuple):
    high: Float
    low: Float
    min: Float  # numbers below it become it: the largest of the lowest output
    max: Float  # a number of the highest output


def begins(steps: int, scale: Float) -> tuple[Float, Float]:
    """The least number whose quotient is at least `steps` when it is rounded, and the number before it."""
    x = Float((steps - 0.5) * float(scale))
    numbers = [x]
    for _ in range(NEAR):
        numbers.insert(0, np.nextafter(numbers[0], Float(-np.inf)))
        numbers.append(np.nextafter(numbers[-1], Float(np.inf)))
    return next((x, below) for below, x in pairwise(numbers) if round_away(x / scale) >= steps)


def reaches(x: Float, steps: int, inverse: tuple[Float, Float]) -> bool:
    """Whether the C makes at least `steps` of `x`.

    It rounds to float32, halves to even, and then to an integer, halves away from zero.
    """
    exact = Fraction(float(x)) * Fraction(float(inverse[0])) + Fraction(float(x * inverse[1]))
    half = Float(steps - 0.5)  # even as a float32: halfway between it and the next one becomes it
    between = (Fraction(float(half)) + Fraction(float(np.nextafter(half, Float(0))))) / 2
    return exact >= between if steps > 0 else exact > between


@lru_cache(maxsize=64)
def found(scale: float, lowest: int, highest: int) -> Inverse | None:
    """The inverse by which the C makes of all numbers what it should, from `lowest` to `highest` steps."""
    exact = 1 / Fraction(float(Float(scale)))
    high = Float(float(exact))
    inverse = high, Float(float(exact - Fraction(float(high))))
    starts = {n: begins(n, Float(scale)) for n in range(lowest, highest + 1)}
    right = all(
        reaches(x, n, inverse) and not reaches(below, n, inverse)
        for n, (x, below) in starts.items()
    )
    next_begins = starts.get(lowest + 1, starts[lowest])
    return Inverse(*inverse, min=next_begins[1], max=starts[highest][0]) if right else None


def scale_is_usual(match: Match) -> str | None:
    """The scale is between 2^-64 and 2^64."""
    scale = match.quantization("output").scale
    return None if 1 / FARTHEST < scale < FARTHEST else f"it is {scale:.3g}"


def bounds_differ(match: Match) -> str | None:
    """The output has two values or more."""
    low, high = match.clamp()
    return None if low < high else f"it is {low}"


def inverse_is_proved(match: Match) -> str | None:
    """The scale's inverse makes of every number what the quotient does."""
    return None if inverse_of(quantize_f32_s8.lower(match).params) else "it does not"


def inverse_of(p: dict[str, Any]) -> Inverse | None:
    return found(p["scale"], p["min"] - p["zero_point"], p["max"] - p["zero_point"])


def lower(match: Match) -> Call:
    portable = quantize_f32_s8.lower(match)
    p: dict[str, Any] = portable.params
    inverse = inverse_of(p)
    assert inverse
    params = {"count": p["count"], "zero_point": p["zero_point"]}
    return Call(
        inputs=portable.inputs,
        params=params | {name: float(value) for name, value in inverse._asdict().items()},
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.int8]:
    """The sum of a double: exact enough for numbers that are not where an output begins."""
    inside = np.where(x >= p["min"], np.minimum(x, Float(p["max"])), Float(p["min"]))
    low = (inside * Float(p["low"])).astype(np.float64)
    quotients = (inside.astype(np.float64) * p["high"] + low).astype(np.float32)
    return np.asarray(round_away(quotients) + p["zero_point"], np.int8)


KERNEL = Kernel(
    "tc_mve_quantize_f32_s8",
    quantize_f32_s8.pattern,
    lower,
    reference,
    constraints=(
        *quantize_f32_s8.KERNEL.constraints,
        scale_is_usual,
        bounds_differ,
        inverse_is_proved,
    ),
    rows=quantize_f32_s8.KERNEL.rows,
    overlaps=quantize_f32_s8.KERNEL.overlaps,
    stands_for=quantize_f32_s8.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
    summary=quantize_f32_s8.KERNEL.summary,
)
