"""The product of an int16 tensor and a constant."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8 import mul_constant_s8
from tinycompile.kernels.portable.s16 import mul_s16
from tinycompile.kernels.shared import bounds, broadcast, overlap

KERNEL = Kernel(
    "tc_mul_constant_s16",
    mul_constant_s8.pattern,
    mul_constant_s8.lower,
    mul_constant_s8.reference,
    constraints=(
        broadcast.activations_are_int16,
        broadcast.constant_has_one_scale,
        broadcast.zero_points_are_0,
        broadcast.axes_are_few,
        mul_s16.factor_fits,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.operands("steps"),
    summary="Product of an int16 tensor and a constant, broadcast as in numpy.",
)
