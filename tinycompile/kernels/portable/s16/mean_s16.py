"""Mean or sum of int16 over any axes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import mean_s8
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.quantization import requantize


def sums_fit_int32(match: Match) -> str | None:
    """A sum has at most 2**16 values."""
    values = mean_s8.count(match)
    return None if values <= 1 << 16 else f"it has {values}"


def lower(match: Match) -> Call:
    params = mean_s8.runs(match)
    params["multiplier"], params["shift"] = mean_s8.factor(match)
    params["min"], params["max"] = match.clamp()
    return Call(inputs=("input",), params=params)


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    out = requantize(mean_s8.sums(p, x), p["multiplier"], p["shift"])
    return np.asarray(np.clip(out, p["min"], p["max"]), np.int16)


KERNEL = Kernel(
    "tc_mean_s16",
    mean_s8.pattern,
    lower,
    reference,
    constraints=(
        accumulate.activations_are_int16,
        accumulate.zero_points_are_0,
        mean_s8.axes_form_two_runs,
        sums_fit_int32,
    ),
    bounds=bounds.monotone,
    overlaps=overlap.in_order,
    summary="Mean or sum of int16 over any axes.",
)
