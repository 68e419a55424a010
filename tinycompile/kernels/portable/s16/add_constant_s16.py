"""The sum or difference of an int16 tensor and a constant."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8 import add_constant_s8
from tinycompile.kernels.portable.s16 import add_s16
from tinycompile.kernels.shared import bounds, broadcast, overlap

KERNEL = Kernel(
    "tc_add_constant_s16",
    add_constant_s8.pattern,
    add_constant_s8.lower,
    add_constant_s8.reference,
    constraints=(
        broadcast.activations_are_int16,
        broadcast.constant_has_one_scale,
        broadcast.zero_points_are_0,
        broadcast.axes_are_few,
        add_s16.output_scale_is_not_tiny,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps"),
    summary="Sum or difference of an int16 tensor and a constant, broadcast as in numpy.",
)
