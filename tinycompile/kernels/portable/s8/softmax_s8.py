"""Softmax of int8 over the last axis (`softmax_s16` is another algorithm), as TFLite computes it.

The exponential of an element depends only on how far it lies below the row's maximum: a number from
0 to 255, so all of them are computed here, and the C has no exponential function.
"""

import math
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import fixed_point
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap
from tinycompile.quantization import (
    doubling_high_mul,
    integer_limits,
    quantize_multiplier,
    rounding_shift_right,
)

INPUT_INTEGER_BITS = 5  # of the logarithm of an exponential
SUM_INTEGER_BITS = 12


def pattern() -> Pattern:
    p = Pattern()
    x = p.dequantize("input")
    scaled = p.op("scaled", "relax.multiply", x, p.constant("beta"))
    return p.quantize(p.op("softmax", "relax.nn.softmax", scaled | x), clamped=False)


def types_fit(match: Match) -> str | None:
    """The input is int8, the output int8 or int16."""
    found = match.dtype("input"), match.dtype("root")
    fits = found[0] == "int8" and found[1] in ("int8", "int16")
    return None if fits else "they are {} and {}".format(*found)


def axis_is_the_last(match: Match) -> str | None:
    """The sum runs over the last axis."""
    axis, rank = int(match.attrs("softmax").axis), len(match.shape("input"))
    return None if axis % rank == rank - 1 else f"it runs over axis {axis} of {rank}"


def depth_fits(match: Match) -> str | None:
    """The last axis has less than 4096 elements."""
    depth = match.shape("input")[-1]
    return None if depth < 1 << SUM_INTEGER_BITS else f"it has {depth}"


def output_scale_fits(match: Match) -> str | None:
    """The output's scale lies in [2^-20, 1)."""
    scale = match.quantization("output").scale
    return None if 2.0**-20 <= scale < 1 else f"it is {scale:.6g}"


def int16_is_a_share_of_65536(match: Match) -> str | None:
    """An int16 output has scale 1/65536, within 1e-4 of that, and zero point -32768."""
    found = match.quantization("output")
    if match.dtype("root") != "int16":
        return None
    fits = abs(found.scale * (1 << 16) - 1) < 1e-4 and found.zero_point == -(1 << 15)
    return None if fits else f"they are {found.scale:.6g} and {found.zero_point}"


def beta_is_a_number(match: Match) -> str | None:
    """The input is multiplied by at most one number."""
    size = match.array("beta").size if "scaled" in match else 1
    return None if size == 1 else f"it is multiplied by {size}"


def exponentials(scale: float) -> NDArray[np.int64]:
    """exp(-i * scale) for i = 0... as Q0, down to the last that is not 0."""
    limit = (1 << 31) - 1.0
    real = min(scale * (1 << (31 - INPUT_INTEGER_BITS)), limit)
    multiplier, shift = quantize_multiplier(real)
    largest = math.floor(31 * (1 << 26) / (1 << shift))
    below = np.arange(min(largest, 255) + 1, dtype=np.int64)
    values = fixed_point.exp_on_negative(
        doubling_high_mul(-below << shift, multiplier), INPUT_INTEGER_BITS
    )
    return values[: np.flatnonzero(values)[-1] + 1]


def output_factor(scale: float) -> tuple[int, int]:
    """(multiplier, exponent) of a Q0; multiplier 0 where the output's scale is a power of two."""
    fraction, exponent = math.frexp(1 / scale)
    if fraction == 0.5:
        return 0, 32 - exponent
    return round(fraction * (1 << 31)), 31 - exponent


def logarithm_scale(match: Match) -> float:
    """The real value, as a logarithm, of one step of the input."""
    beta = float(match.array("beta").reshape(())) if "scaled" in match else 1.0
    return match.quantization("input").scale * beta


def lower(match: Match) -> Call:
    table = exponentials(logarithm_scale(match))
    to_int16 = match.dtype("root") == "int16"  # TFLite then leaves the scale's deviation aside
    scale = 2.0**-16 if to_int16 else match.quantization("output").scale
    multiplier, exponent = output_factor(scale)
    *outer, depth = match.shape("input")
    return Call(
        inputs=("input",),
        params={
            "rows": prod(outer),
            "depth": depth,
            "output_zero_point": match.quantization("output").zero_point,
            "output_size": 2 if to_int16 else 1,
            "count": len(table),
            "exponent": exponent,
            "multiplier": multiplier,
            "exponentials": table.astype(np.int32),
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[Any]:
    """(rows, depth) -> (rows, depth)."""
    rows = x.reshape(p["rows"], p["depth"]).astype(np.int64)
    below = rows.max(axis=1, keepdims=True) - rows
    table = np.zeros(256, np.int64)
    table[: p["count"]] = p["exponentials"]
    values = table[below]
    sums = rounding_shift_right(values, SUM_INTEGER_BITS).sum(axis=1, keepdims=True)
    _, bits = np.frexp(sums.astype(np.float64))  # 2**(bits - 1) <= sum < 2**bits
    zeros = 32 - bits.astype(np.int64)
    inverse = fixed_point.one_over_one_plus((sums << zeros) - (1 << 31))
    shift = p["exponent"] + SUM_INTEGER_BITS - zeros
    out = doubling_high_mul(inverse, values)
    if p["multiplier"]:
        out = doubling_high_mul(out, p["multiplier"])
    out = np.where(shift > 31, 0, rounding_shift_right(out, np.minimum(shift, 31)))
    dtype = f"int{8 * p['output_size']}"
    return np.asarray(np.clip(out + p["output_zero_point"], *integer_limits(dtype)), dtype)


KERNEL = Kernel(
    "tc_softmax_s8",
    pattern,
    lower,
    reference,
    constraints=(
        types_fit,
        axis_is_the_last,
        depth_fits,
        output_scale_fits,
        int16_is_a_share_of_65536,
        beta_is_a_number,
    ),
    overlaps=overlap.resized(1, "output_size", "rows", "depth"),
    summary="Softmax over the last axis.",
)
