"""How sums and products of int16 leave: two high halves of products, rounded, as TFLite has it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Param

FARTHEST = 31  # bits to the right


def factor(shift: int) -> int:
    """What the rounded high half of a product takes to divide by 2^-shift."""
    return 1 << (31 + shift)


def divides(shift: int) -> bool:
    """Whether `factor` is one: it is below 2^31."""
    return -FARTHEST <= shift <= -1


def high_half(x: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Of twice the product, rounded, halves up."""
    return np.asarray((x * n + (1 << 30)) >> 31)


def twice_rounded(x: NDArray[np.int64], multiplier: int, factor: int) -> NDArray[np.int64]:
    return high_half(high_half(x, multiplier) - (x < 0), factor)


def fields(p: Mapping[str, Any]) -> dict[str, Param]:
    """Those of a portable kernel, its `shift` as `factor`."""
    kept = {name: value for name, value in p.items() if name not in ("multiplier", "shift")}
    return kept | {"multiplier": p["multiplier"], "factor": factor(p["shift"])}


def leave(p: dict[str, Any], x: NDArray[np.int64], dtype: Any) -> NDArray[Any]:
    values = np.clip(twice_rounded(x, p["multiplier"], p["factor"]), -(2**15), 2**15 - 1)
    return np.asarray(np.clip(values + p.get("output_zero_point", 0), p["min"], p["max"]), dtype)
