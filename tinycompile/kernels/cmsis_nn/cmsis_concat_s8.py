"""Concatenation by CMSIS-NN, whose function for the second innermost axis covers all others."""

from math import gcd
from typing import Any

import numpy as np

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.any import concat

UINT16_MAX = 2**16 - 1


def sizes_fit_16_bits(match: Match) -> str | None:
    """Rows are at most 65535, and so are the units in one, of at most 65535 bytes."""
    rows, _, runs = division(match)
    found = {"rows": rows, "units in a row": sum(runs)}
    name = max(found, key=found.__getitem__)
    return None if found[name] <= UINT16_MAX else f"{found[name]} {name}"


def division(match: Match) -> tuple[int, int, list[int]]:
    """(rows, bytes of a unit, units that each input gives to a row), of the largest possible units."""
    p: dict[str, Any] = concat.lower(match).params
    common = gcd(*map(int, p["runs"]))
    unit = max(d for d in range(1, min(common, UINT16_MAX) + 1) if common % d == 0)
    return p["rows"], unit, [int(run) // unit for run in p["runs"]]


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        rows, unit, runs = division(match)
        return Call(
            inputs=match.names("inputs"),
            params={
                "count": len(runs),
                "rows": rows,
                "unit": unit,
                "output_run": sum(runs),
                "runs": np.array(runs, np.uint16),
            },
        )

    return adapter.of(
        concat.KERNEL,
        "tc_cmsis_concat_s8",
        "arm_concatenation_s8_y",
        context,
        lower,
        sizes_fit_16_bits,
    )
