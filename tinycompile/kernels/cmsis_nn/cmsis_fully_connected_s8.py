"""A fully connected layer on int8 by CMSIS-NN, with weights of one scale."""

from dataclasses import replace
from typing import Any

import numpy as np

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import fully_connected_s8


def weights_have_one_scale(match: Match) -> str | None:
    """The weights have one scale."""
    count = match.scales("weights").size
    return None if count == 1 else f"they have {count}"


def first(table: Param) -> int:
    assert isinstance(table, np.ndarray)
    return int(table[0])


def with_one_factor(call: Call) -> Call:
    """`call` with the fields `multiplier` and `shift` for its tables of them."""
    factor = {
        "multiplier": first(call.params["multipliers"]),
        "shift": first(call.params["shifts"]),
    }
    shared = {
        name: value for name, value in call.params.items() if name not in ("multipliers", "shifts")
    }
    return replace(call, params=shared | factor)


def tables(p: dict[str, Any]) -> dict[str, Any]:
    """The parameters of which `with_one_factor` made `p`."""
    return p | {"multipliers": np.int32(p["multiplier"]), "shifts": np.int8(p["shift"])}


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        return with_one_factor(fully_connected_s8.lower(match))

    return adapter.of(
        fully_connected_s8.KERNEL,
        "tc_cmsis_fully_connected_s8",
        "arm_fully_connected_s8",
        context,
        lower,
        weights_have_one_scale,
        reference=lambda p, x: fully_connected_s8.reference(tables(p), x),
    )
