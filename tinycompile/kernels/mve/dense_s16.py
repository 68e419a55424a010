"""Sums of products of int16 and int8 along rows of memory (runtime_c/mve/tc_mve_dense_s16.c): the table.

It is that of `dense`, but for chunks of 8 inputs and what becomes of the sums:

- narrow ones wrap at 32 bits and leave as those of int8 do;
- where no sum leaves 32 bits, and factors are from 2^-17 to 1/2, one product is all that it takes
  (`high_half_requantization`);
- else sums have 64 bits.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Param
from tinycompile.kernels.mve import dense
from tinycompile.kernels.shared import accumulate_s16
from tinycompile.kernels.shared import high_half_requantization as high_half

CHUNK = 8
LONG, NARROW, SHORT = -1, 0, 1  # ways, as in the C
KINDS = {LONG: 4, NARROW: 3, SHORT: 2}  # words of a channel


def way(p: dict[str, Any]) -> int:
    """Of parameters of a portable kernel with weights (channels, products in a sum)."""
    if p["narrow"]:
        return NARROW
    if None in (high_half.constant(p, i) for i in high_half.unusual(p)):
        return LONG
    return SHORT if high_half.steady(p)["shifts"].min() > -high_half.LARGEST_SHIFT else LONG


def fields(p: dict[str, Any]) -> dict[str, Param]:
    """`way` and the table `packed`, the last fields of a kernel's struct."""
    found = way(p)
    if found == SHORT:
        p = high_half.steady(p)
    groups = dense.sets(len(p["weights"]))
    return {"way": found, "packed": dense.packed(p["weights"], words(p, found), groups, CHUNK)}


def words(p: dict[str, Any], found: int) -> NDArray[np.int32]:
    """(kinds, channels), of the way that was `found`."""
    bias, m, shifts = p["bias"], p["multipliers"], p["shifts"]
    if found == SHORT:
        kinds = [bias, high_half.factors(p) // 2]
    elif found == NARROW:
        kinds = [bias, m, shifts]
    else:
        kinds = [bias, bias >> 32, m, shifts]
    return np.array(kinds, np.int64).astype(np.int32)  # the low words of a bias wrap


def outputs(
    p: dict[str, Any], inputs: NDArray[np.int16], groups: Sequence[range]
) -> NDArray[np.int16]:
    """(pixels, channels) of inputs (pixels, products): what the C computes."""
    weights, (bias, *rest) = dense.unpacked(p, groups, KINDS[p["way"]], CHUNK)
    sums = inputs.astype(np.int64) @ weights[:, : inputs.shape[1]].T
    if p["way"] == SHORT:
        return accumulate_s16.clamp(p, ((sums + bias) * rest[0] + (1 << 30)) >> 31)
    if p["way"] == LONG:
        bias = (bias & 0xFFFFFFFF) + (rest.pop(0) << 32)
    known = {"narrow": p["way"] == NARROW, "multipliers": rest[0], "shifts": rest[1]}
    return accumulate_s16.leave(p | known, sums + bias)
