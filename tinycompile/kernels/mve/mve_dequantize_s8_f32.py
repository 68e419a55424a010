"""int8 to float32 for Helium, four at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.f32 import dequantize_s8_f32
from tinycompile.target import Isa

SMALLEST = 2.0**-126  # vectors take what has less than all digits for 0


def scale_is_no_tiny_number(match: Match) -> str | None:
    """The scale is at least 2^-126."""
    scale = match.quantization("input").scale
    return None if scale >= SMALLEST else f"it is {scale:.3g}"


KERNEL = replace(
    dequantize_s8_f32.KERNEL,
    symbol="tc_mve_dequantize_s8_f32",
    constraints=(*dequantize_s8_f32.KERNEL.constraints, scale_is_no_tiny_number),
    stands_for=dequantize_s8_f32.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
)
