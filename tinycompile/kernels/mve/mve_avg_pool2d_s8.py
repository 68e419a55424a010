"""Average pool on int8 for Helium: eight channels at a time, sums of 16 bits."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import avg_pool2d_s8
from tinycompile.kernels.shared import overlap, window
from tinycompile.target import Isa

MOST = 255  # pixels


def sums_fit_16_bits(match: Match) -> str | None:
    """No window holds more than 255 pixels of the input."""
    most = int(window.counts(window.pool(match)).max())
    return None if most <= MOST else f"one holds {most}"


KERNEL = replace(
    avg_pool2d_s8.KERNEL,
    symbol="tc_mve_avg_pool2d_s8",
    isa=Isa.MVE,
    family=MVE,
    rows=None,
    overlaps=overlap.windows(together=8),
    constraints=(*avg_pool2d_s8.KERNEL.constraints, sums_fit_16_bits),
)
