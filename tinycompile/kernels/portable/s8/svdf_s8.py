"""SVDF on int8 with memories of int8."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.shared import svdf


def memories_are_int8(match: Match) -> str | None:
    """Time weights and state are int8, the weights with zero point 0."""
    if match.dtype("state") != "int8":
        return f"the state is {match.dtype('state')}"
    return svdf.found_weights(match, "time", "int8")


KERNEL = Kernel(
    "tc_svdf_s8",
    svdf.pattern,
    svdf.lower,
    svdf.reference,
    constraints=(
        svdf.activations_are_int8,
        svdf.feature_weights_are_int8,
        memories_are_int8,
        svdf.sizes_fit,
    ),
    summary="SVDF: filters with a memory of int8, which is a state.",
)
