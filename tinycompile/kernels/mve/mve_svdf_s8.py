"""SVDF on int8 with memories of int8, for Helium: zero points are taken off once, by the compiler."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import svdf_s8
from tinycompile.kernels.shared import svdf
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    call = svdf.lower(match)
    p: dict[str, Any] = call.params
    offsets = -p["input_zero_point"] * p["feature_weights"].astype(np.int32).sum(axis=1)
    bias = p["bias"] - p["state_zero_point"] * of_memories(p)
    tables = {"bias": bias.astype(np.int32), "offsets": offsets.astype(np.int32)}
    return replace(call, params=p | tables)


def of_memories(p: dict[str, Any]) -> NDArray[np.int64]:
    """The sum of each unit's time weights."""
    sums: NDArray[np.int64] = p["time_weights"].reshape(p["units"], -1).sum(1, dtype=np.int64)
    return sums


def reference(p: dict[str, Any], x: NDArray[np.int8], state: NDArray[Any]) -> NDArray[np.int8]:
    return svdf.reference(
        p | {"bias": p["bias"] + p["state_zero_point"] * of_memories(p)}, x, state
    )


KERNEL = replace(
    svdf_s8.KERNEL,
    symbol="tc_mve_svdf_s8",
    lower=lower,
    reference=reference,
    isa=Isa.MVE,
    family=MVE,
)
