"""Max pool on int16."""

from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8 import max_pool2d_s8
from tinycompile.kernels.shared import bounds, dtypes, overlap, window

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
    bounds=bounds.monotone,
    overlaps=overlap.windows(size=2, early=True),
    summary="Max pool of int16; padding is ignored.",
)
