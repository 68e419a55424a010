"""Concatenation along any axis for Helium, whose runs are vectors and what is left."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.any import concat
from tinycompile.target import Isa

KERNEL = replace(
    concat.KERNEL,
    symbol="tc_mve_concat",
    stands_for=concat.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
)
