"""Max pool on int16."""

from tinycompile.kernel import Kernel
from tinycompile.kernels import dtypes, max_pool2d_s8, window

KERNEL = Kernel(
    "tc_max_pool2d_s16",
    max_pool2d_s8.pattern,
    max_pool2d_s8.lower,
    max_pool2d_s8.reference,
    constraints=(
        dtypes.input_is("int16"),
        window.pools_nhwc,
        window.sizes_fit(window.pool),
    ),
    per_image=True,
    summary="Max pool of int16; padding is ignored.",
    headers=("tc_requantize.h", "tc_window.h"),
)
