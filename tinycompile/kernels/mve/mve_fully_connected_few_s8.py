"""A fully connected layer of a few outputs on int8 for Helium: two at a time, of weights as they are."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

MOST = 4  # others make eight at a time


def outputs_are_few(match: Match) -> str | None:
    """There is one row, of at most 4 outputs."""
    p = fully_connected_s8.geometry(match)
    fits = p["rows"] == 1 and p["output_n"] <= MOST  # type: ignore[operator]
    return None if fits else f"there are {p['rows']}, of {p['output_n']}"


KERNEL = replace(
    fully_connected_s8.KERNEL,
    symbol="tc_mve_fully_connected_few_s8",
    constraints=(*fully_connected_s8.KERNEL.constraints, outputs_are_few),
    overlaps=overlap.rows(together=2),
    isa=Isa.MVE,
    family=MVE,
)
