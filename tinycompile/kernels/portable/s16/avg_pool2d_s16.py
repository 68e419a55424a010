"""Average pool on int16 whose output has the input's scale."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import avg_pool2d_s8
from tinycompile.kernels.shared import accumulate, bounds, overlap, window

LARGEST = 2**15 - 1  # so that a sum, and half the count more, is an int32


def windows_are_small(match: Match) -> str | None:
    """A window holds less than 2^15 pixels of the input."""
    count = int(window.counts(window.pool(match)).max())
    return None if count <= LARGEST else f"one holds {count}"


KERNEL = Kernel(
    "tc_avg_pool2d_s16",
    avg_pool2d_s8.pattern,
    avg_pool2d_s8.lower,
    avg_pool2d_s8.reference,
    constraints=(
        window.pools_nhwc,
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        accumulate.quantisation_is_kept,
        avg_pool2d_s8.padding_is_not_counted,
        avg_pool2d_s8.no_window_is_empty,
        window.sizes_fit(window.pool),
        windows_are_small,
    ),
    per_image=True,
    bounds=bounds.monotone,
    overlaps=overlap.windows(size=2),
    summary="Average pool of int16 with TFLite's rounding; the output has the input's scale.",
)
