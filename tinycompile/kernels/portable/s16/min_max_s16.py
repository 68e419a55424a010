"""The smaller or larger of two int16 tensors."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8 import min_max_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap

KERNEL = Kernel(
    "tc_min_max_s16",
    min_max_s8.pattern,
    min_max_s8.lower,
    min_max_s8.reference,
    constraints=(
        broadcast.operands_are("int16"),
        broadcast.operands_are_computed,
        broadcast.axes_are_few,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps1", "steps2"),
    summary="The smaller or larger of two int16 tensors, broadcast as in numpy.",
)
