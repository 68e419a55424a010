"""The smaller or larger of an int16 tensor and a constant."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8 import min_max_constant_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap

KERNEL = Kernel(
    "tc_min_max_constant_s16",
    min_max_constant_s8.pattern,
    min_max_constant_s8.lower,
    min_max_constant_s8.reference,
    constraints=(broadcast.operands_are("int16"), broadcast.axes_are_few),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps"),
    summary="The smaller or larger of an int16 tensor and a constant, broadcast as in numpy.",
)
