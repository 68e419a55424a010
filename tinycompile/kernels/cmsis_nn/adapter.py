"""What kernels that call CMSIS-NN share.

Each is a portable kernel with another C function: the same operators, and what the portable one states about
numbers holds for it, since CMSIS-NN computes the same. What is made for one CMSIS-NN and one instruction set,
such as scratch memory and limits, takes them from a `Context`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tinycompile.call import Call
from tinycompile.families import CMSIS_NN as FAMILY
from tinycompile.kernel import Constraint, Kernel, Match, apart
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.target import Isa


def of(
    portable: Kernel,
    symbol: str,
    function: str,
    context: Context,
    lower: Callable[[Match], Call],
    *constraints: Constraint,
    since: int = 0,
    **changes: Any,
) -> Kernel:
    """The kernel `symbol`, which covers what `portable` does by calling `function`, within `constraints`.

    Before version `since` CMSIS-NN's function took other arguments. Its loops are its own: the output lies
    over no input, but where `changes` have `overlaps`, and it makes no rows.
    """
    defaults: dict[str, Any] = {"functions": (function,), "overlaps": apart, "rows": None}
    return replace(
        portable,
        symbol=symbol,
        family=FAMILY,
        lower=lower,
        constraints=(
            *portable.constraints,
            offered(function, context),
            *([fits_version(since, context)] if since else []),
            *constraints,
        ),
        since=since,
        **defaults | changes,
    )


def offered(function: str, context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        major, minor = context.version
        return None if function in context.functions else f"version {major}.{minor} at hand has not"

    check.__doc__ = f"CMSIS-NN has {function}."
    return check


def fits_version(since: int, context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        major, minor = context.version
        return None if major >= since else f"it is version {major}.{minor}"

    check.__doc__ = f"CMSIS-NN is version {since} or newer."
    return check


def with_wide_shifts(call: Call) -> Call:
    """CMSIS-NN reads shifts as int32."""
    shifts = call.params["shifts"]
    assert isinstance(shifts, np.ndarray)
    return replace(call, params=call.params | {"shifts": shifts.astype(np.int32)})


def with_scratch(
    call: Call, nbytes: Callable[[dict[str, Any], Context], int], context: Context
) -> Call:
    """Scratch for the core, and for plain C, so that the same files also run elsewhere."""
    needed = max(
        nbytes(call.params, context), nbytes(call.params, replace(context, isa=Isa.SCALAR))
    )
    return replace(call, scratch=needed, params=call.params | {"scratch_bytes": needed})
