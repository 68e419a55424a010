"""Mean or sum over any axes: one sum, one requantisation that also divides by the count."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.quantization import quantize_multiplier


def pattern() -> Pattern:
    p = Pattern()
    real = p.dequantize("input")
    return p.quantize(p.op("mean", "relax.mean", real) | p.op("sum", "relax.sum", real))


def axes(match: Match) -> set[int]:
    """The axes that vanish, counted from the front."""
    rank = len(match.shape("input"))
    given = match.attrs("mean" if "mean" in match else "sum").axis
    return set(range(rank)) if given is None else {int(axis) % rank for axis in given}


def count(match: Match) -> int:
    """How many values each output sums."""
    shape = match.shape("input")
    return prod(shape[axis] for axis in axes(match))


def loops(match: Match) -> list[int]:
    """Sizes of runs of neighbouring axes, in turn kept and reduced: kept, reduced, ..., kept."""
    sizes = [1]
    for axis, size in enumerate(match.shape("input")):
        reduced = axis in axes(match)
        if size == 1:
            continue
        if reduced != (len(sizes) % 2 == 0):
            sizes.append(1)
        sizes[-1] *= size
    return sizes


def axes_form_two_runs(match: Match) -> str | None:
    """The axes form at most two runs of neighbours, and the others at most three."""
    runs = len(loops(match))
    return None if runs <= 5 else f"there are {runs} runs in {match.shape('input')}"


def sums_fit_int32(match: Match) -> str | None:
    """A sum has at most 2**23 values."""
    values = count(match)
    return None if values <= 1 << 23 else f"it has {values}"


def factor(match: Match) -> tuple[int, int]:
    """Multiplier and shift from sum to output, as TFLite folds the division into them."""
    ratio = match.quantization("input").scale / match.quantization("output").scale
    multiplier, shift = quantize_multiplier(ratio)
    if "sum" in match:
        return multiplier, shift
    bits = min(count(match).bit_length() - 1, 32, 31 + shift)
    return (multiplier << bits) // count(match), shift - bits


def runs(match: Match) -> dict[str, Param]:
    """The fields `kept` and `reduced`."""
    k0, r0, k1, r1, k2 = loops(match) + [1] * (5 - len(loops(match)))
    return {"kept": (k0, k1, k2), "reduced": (r0, r1)}


def lower(match: Match) -> Call:
    params = runs(match)
    params["bias"] = -match.quantization("input").zero_point * count(match)
    params["multiplier"], params["shift"] = factor(match)
    params["output_zero_point"] = match.quantization("output").zero_point
    params["min"], params["max"] = match.clamp()
    return Call(inputs=("input",), params=params)


def sums(p: dict[str, Any], x: NDArray[Any]) -> NDArray[np.int64]:
    """(kept, kept, kept): the sums of x over the reduced axes."""
    (k0, k1, k2), (r0, r1) = p["kept"], p["reduced"]
    return np.asarray(x.reshape(k0, r0, k1, r1, k2).sum(axis=(1, 3), dtype=np.int64))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    return accumulate.leave_by_one(p, sums(p, x) + p["bias"])


KERNEL = Kernel(
    "tc_mean_s8",
    pattern,
    lower,
    reference,
    constraints=(accumulate.activations_are_int8, axes_form_two_runs, sums_fit_int32),
    bounds=bounds.monotone,
    rows=row_form.means,
    overlaps=overlap.in_order,
    summary="Mean or sum over any axes.",
)
