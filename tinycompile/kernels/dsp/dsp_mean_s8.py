"""Mean or sum of int8 over axes before the last one, four channels at a time."""

from dataclasses import replace
from typing import Any

from tinycompile.call import Call, Param
from tinycompile.families import DSP
from tinycompile.kernel import Match
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.portable.s8 import mean_s8
from tinycompile.target import Isa


def runs(match: Match) -> dict[str, Param]:
    """As the portable kernel's, but that the last axes are the last ones kept."""
    found: dict[str, Any] = mean_s8.runs(match)
    (k0, k1, k2), (r0, r1) = found["kept"], found["reduced"]
    return {"kept": (k0, 1, k1), "reduced": (1, r0)} if r1 == k2 == 1 else found


def channels_are_kept(match: Match) -> str | None:
    """The last axis is kept, and 4 long or more."""
    kept: Any = runs(match)["kept"]
    return None if kept[2] >= lanes.LANES else f"{kept[2]} of it is kept"


def lower(match: Match) -> Call:
    call = mean_s8.lower(match)
    return replace(call, params=call.params | runs(match))


KERNEL = replace(
    mean_s8.KERNEL,
    symbol="tc_dsp_mean_s8",
    lower=lower,
    constraints=(*mean_s8.KERNEL.constraints, channels_are_kept),
    rows=None,
    overlaps=lanes.one_word_later(mean_s8.KERNEL.overlaps),
    isa=Isa.DSP,
    family=DSP,
)
