"""Softmax of int16 over the last axis, as TFLite computes it: by two tables with lines between entries."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import softmax_s8
from tinycompile.kernels.portable.s16 import logistic_s16
from tinycompile.kernels.shared import accumulate, overlap
from tinycompile.quantization import (
    integer_limits,
    quantize_multiplier,
    requantize,
    round_away,
)

LOWEST, HIGHEST = integer_limits("int16")
RANGE = HIGHEST - LOWEST
LOGARITHM = 10.0  # exp of less counts as exp(-10)
STEPS = 512

Float = np.float32


def depth_fits(match: Match) -> str | None:
    """The last axis has less than 65536 elements."""
    depth = match.shape("input")[-1]
    return None if depth < 1 << 16 else f"it has {depth}"


def input_scale_fits(match: Match) -> str | None:
    """The input's scale, times the factor of the input, is less than 5."""
    scale = softmax_s8.logarithm_scale(match)
    return None if scale < 5 else f"it is {scale:.6g}"


def sampled(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], low: Float, high: Float
) -> NDArray[np.int16]:
    """`function` between `low` and `high` at 513 points, with 15 fractional bits.

    An entry is moved by half of what the line to the next misses in the middle. All in float32, as
    TFLite has it.
    """

    def at(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return function(x.astype(np.float64)).astype(Float) * per_unit

    def rounded(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return round_away(x).astype(Float)

    step = (high - low) / Float(STEPS)
    scale = Float(2) / Float(RANGE)
    per_unit = Float(RANGE + 1) / (scale * Float(HIGHEST) - scale * Float(LOWEST))
    points = low + np.arange(STEPS + 1, dtype=Float) * step
    samples = rounded(at(points))
    between = rounded((at(points[1:]) + samples[:-1]) / Float(2))
    missed = between - rounded(at(points[:-1] + step / Float(2)))
    entries = np.append(samples[:-1] - rounded(missed / Float(2)), rounded(at(np.array([high]))))
    return np.clip(entries, LOWEST, HIGHEST).astype(np.int16)


def exponentials() -> NDArray[np.int16]:
    """exp(x) for x from -10 to 0."""
    return sampled(np.exp, Float(LOGARITHM) / Float(RANGE) * Float(-RANGE), Float(0))


def inverses() -> NDArray[np.int16]:
    """1 / (1 + x) for x from 0 to 1."""
    return sampled(lambda x: 1 / (1 + x), Float(0), Float(1) / Float(RANGE) * Float(RANGE))


def lower(match: Match) -> Call:
    *outer, depth = match.shape("input")
    factor = softmax_s8.logarithm_scale(match) / (LOGARITHM / RANGE)
    multiplier, shift = quantize_multiplier(factor)
    return Call(
        inputs=("input",),
        params={
            "rows": prod(outer),
            "depth": depth,
            "multiplier": multiplier,
            "shift": shift,
            "exponentials": exponentials(),
            "inverses": inverses(),
        },
    )


def look_up(table: NDArray[np.int16], x: NDArray[np.int64]) -> NDArray[np.int64]:
    """The function that `table` samples from -2^15 on."""
    values = table.astype(np.int64)
    x = np.clip(x, LOWEST, HIGHEST) - LOWEST
    low, high = values[x >> 7], values[(x >> 7) + 1]
    return np.asarray(low + (((high - low) * (x & 127) + 64) >> 7))


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """(rows, depth) -> (rows, depth)."""
    rows = x.reshape(p["rows"], p["depth"]).astype(np.int64)
    below = requantize(rows - rows.max(axis=1, keepdims=True), p["multiplier"], p["shift"])
    values = look_up(p["exponentials"], below + HIGHEST)
    sums = values.sum(axis=1, keepdims=True)
    _, bits = np.frexp(sums.astype(np.float64))  # 2**(bits - 1) <= sum < 2**bits
    shift = bits.astype(np.int64) - 1
    fraction = (((sums << (30 - shift)) + (1 << 13)) >> 14) - (1 << 16)
    inverse = look_up(p["inverses"], fraction + LOWEST)
    out = (values * inverse + (1 << (shift - 1))) >> shift
    return np.asarray(np.clip(out, 0, HIGHEST), np.int16)


KERNEL = Kernel(
    "tc_softmax_s16",
    softmax_s8.pattern,
    lower,
    reference,
    constraints=(
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        softmax_s8.axis_is_the_last,
        softmax_s8.beta_is_a_number,
        depth_fits,
        logistic_s16.output_scale_is_2_to_the_minus_15,
        input_scale_fits,
    ),
    overlaps=overlap.in_order,
    summary="Softmax of int16 over the last axis, as TFLite approximates it.",
    approximate=True,
)
