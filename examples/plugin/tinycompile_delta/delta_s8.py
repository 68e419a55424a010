"""Differences of neighbouring rows of int8: zero points cancel, the rest is brought to the output's scale."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import IN_PLACE, Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.quantization import quantize_multiplier, requantize

from .delta import DELTA

LARGEST = 2**20  # what int32 has room for when a difference is multiplied


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.external("delta", DELTA, p.dequantize("input")))


def types_are_int8(match: Match) -> str | None:
    """Input and output are int8."""
    found = match.dtype("input"), match.dtype("root")
    return None if found == ("int8", "int8") else "they are {} and {}".format(*found)


def has_rows(match: Match) -> str | None:
    """The input has rows and columns: two dimensions or more."""
    rank = len(match.shape("input"))
    return None if rank > 1 else f"it has {rank}"


def factor_fits(match: Match) -> str | None:
    """The input's scale is less than 2^20 times the output's."""
    return None if factor(match) < LARGEST else f"it is {factor(match):.3g} times it"


def factor(match: Match) -> float:
    return match.quantization("input").scale / match.quantization("output").scale


def lower(match: Match) -> Call:
    *images, rows, columns = match.shape("input")
    low, high = match.clamp()
    multiplier, shift = quantize_multiplier(factor(match))
    return Call(
        inputs=("input",),
        params={
            "images": prod(images),
            "rows": rows,
            "columns": columns,
            "multiplier": multiplier,
            "shift": shift,
            "output_zero_point": match.quantization("output").zero_point,
            "min": low,
            "max": high,
        },
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    return (IN_PLACE,)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    real = x.astype(np.int64)
    difference = np.diff(real, axis=-2, prepend=real[..., :1, :])
    out = requantize(difference, p["multiplier"], p["shift"]) + p["output_zero_point"]
    return np.asarray(np.clip(out, p["min"], p["max"]), np.int8)


KERNEL = Kernel(
    "tc_delta_s8",
    pattern,
    lower,
    reference,
    constraints=(types_are_int8, has_rows, factor_fits),
    overlaps=overlaps,
    summary="What changes from one row to the next, as of the spectra of a sound.",
    folder=Path(__file__).parent / "c",
)
