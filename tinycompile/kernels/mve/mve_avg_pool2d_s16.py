"""Average pool on int16 for Helium: eight channels at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s16 import avg_pool2d_s16
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

KERNEL = replace(
    avg_pool2d_s16.KERNEL,
    symbol="tc_mve_avg_pool2d_s16",
    overlaps=overlap.windows(size=2, together=8),
    isa=Isa.MVE,
    family=MVE,
)
