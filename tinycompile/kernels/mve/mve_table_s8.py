"""Any unary operator on 8-bit integers as a table, for Helium: sixteen entries gathered at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernels.portable.s8 import table_s8
from tinycompile.target import Isa

KERNEL = replace(
    table_s8.KERNEL,
    symbol="tc_mve_table_s8",
    stands_for=table_s8.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
)
