"""Requantisation where an element has 16 bits before or after; a ReLU may follow.

Between 8-bit integers it is a table (`table_s8`).
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.external import QUANTIZE_S32
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap
from tinycompile.kernels.shared.unary_tflite import ratio
from tinycompile.quantization import quantize_multiplier, requantize

SIZES = {"int8": 1, "int16": 2, "int32": 4}  # bytes


def pattern() -> Pattern:
    p = Pattern()
    operands = p.dequantize("input"), p.constant("output.scale"), p.constant("output.zero_point")
    quantized = p.op("output.quantize", "relax.quantize", *operands)
    wide = p.external("output.quantize_s32", QUANTIZE_S32, *operands)
    return p.at(p.clamped(quantized) | wide)


def types_are_known(match: Match) -> str | None:
    """The input is int8 or int16, the output int8, int16 or int32."""
    found = match.dtype("input"), match.dtype("root")
    fits = found[0] in ("int8", "int16") and found[1] in SIZES
    return None if fits else "they are {} and {}".format(*found)


def one_scale(match: Match) -> str | None:
    """Input and output have one scale each."""
    found = [match.scales(part).size for part in ("input", "output")]
    return None if found == [1, 1] else "they have {} and {}".format(*found)


def factor_fits(match: Match) -> str | None:
    """The input's scale is less than 2^14 times the output's."""
    factor = ratio(match.quantization("input"), match.quantization("output"))
    return None if factor < 2**14 else f"it is {factor:.3g} times it"


def lower(match: Match) -> Call:
    source, target = match.quantization("input"), match.quantization("output")
    low, high = match.clamp()
    multiplier, shift = quantize_multiplier(ratio(source, target))
    sizes = [SIZES[match.dtype(part)] for part in ("input", "root")]
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "min": low,
            "max": high,
            "multiplier": multiplier,
            "shift": shift,
            "input_size": sizes[0],
            "output_size": sizes[1],
            "input_zero_point": source.zero_point,
            "output_zero_point": target.zero_point,
        },
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    value = x.astype(np.int64) - p["input_zero_point"]
    out = requantize(value, p["multiplier"], p["shift"]) + p["output_zero_point"]
    return np.asarray(np.clip(out, p["min"], p["max"]), f"int{8 * p['output_size']}")


KERNEL = Kernel(
    "tc_rescale",
    pattern,
    lower,
    reference,
    constraints=(types_are_known, one_scale, factor_fits),
    bounds=bounds.monotone,
    rows=row_form.counted("count"),
    overlaps=overlap.resized("input_size", "output_size", "count"),
    summary="Requantisation from or to int16, or to int32, also bounded as by a ReLU.",
)
