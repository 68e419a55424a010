"""A fully connected layer on int8 whose weights lie as they are: of few outputs, or some of -128."""

from dataclasses import replace

from tinycompile.families import DSP
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.target import Isa

KERNEL = replace(
    fully_connected_s8.KERNEL,
    symbol="tc_dsp_fully_connected_direct_s8",
    isa=Isa.DSP,
    family=DSP,
    summary="Rows times a constant matrix, of few outputs or any weights.",
)
