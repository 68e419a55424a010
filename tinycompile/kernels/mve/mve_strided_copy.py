"""Views of a tensor, transposed and the like, for Helium: elements are gathered, eight at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.any import strided_copy
from tinycompile.target import Isa

KERNEL = replace(
    strided_copy.KERNEL,
    symbol="tc_mve_strided_copy",
    stands_for=strided_copy.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
)
