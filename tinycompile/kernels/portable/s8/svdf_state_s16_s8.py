"""SVDF on int8 with memories of int16."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.shared import svdf


def memories_are_int16(match: Match) -> str | None:
    """Time weights and state are int16 with zero point 0."""
    if match.dtype("state") != "int16":
        return f"the state is {match.dtype('state')}"
    if zero_point := match.quantization("state").zero_point:
        return f"zero point is {zero_point}"
    return svdf.found_weights(match, "time", "int16")


KERNEL = Kernel(
    "tc_svdf_state_s16_s8",
    svdf.pattern,
    svdf.lower,
    svdf.reference,
    constraints=(
        svdf.activations_are_int8,
        svdf.feature_weights_are_int8,
        memories_are_int16,
        svdf.sizes_fit,
    ),
    summary="SVDF: filters with a memory of int16, which is a state.",
)
