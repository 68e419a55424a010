"""Max pool on int8 for Helium: 16 channels at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s8 import max_pool2d_s8
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

KERNEL = replace(
    max_pool2d_s8.KERNEL,
    symbol="tc_mve_max_pool2d_s8",
    isa=Isa.MVE,
    family=MVE,
    rows=None,
    overlaps=overlap.windows(together=16),
)
