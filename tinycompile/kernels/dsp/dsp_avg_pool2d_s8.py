"""Average pool on int8, four channels at a time."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernel import Match
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s8 import avg_pool2d_s8
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

WIDEST = 255  # pixels whose sums fit 16 bits


def windows_are_narrow(match: Match) -> str | None:
    """Windows are at most 255 wide."""
    width = int(match.attrs("pool").pool_size[1])
    return None if width <= WIDEST else f"they are {width}"


KERNEL = replace(
    avg_pool2d_s8.KERNEL,
    symbol="tc_dsp_avg_pool2d_s8",
    constraints=(
        *avg_pool2d_s8.KERNEL.constraints,
        lanes.there_are_four_channels,
        windows_are_narrow,
    ),
    rows=None,
    overlaps=lanes.one_word_later(overlap.windows()),
    isa=Isa.DSP,
    family=DSP,
)
