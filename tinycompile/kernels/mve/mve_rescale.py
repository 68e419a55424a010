"""Requantisation between int8 and int16 for Helium, four at a time."""

from dataclasses import replace

from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.any import rescale
from tinycompile.target import Isa


def one_is_int16(match: Match) -> str | None:
    """Input and output are int8 and int16, either way, or both int16."""
    found = match.dtype("input"), match.dtype("root")
    fits = set(found) in ({"int8", "int16"}, {"int16"})
    return None if fits else "they are {} and {}".format(*found)


KERNEL = replace(
    rescale.KERNEL,
    symbol="tc_mve_rescale",
    constraints=(*rescale.KERNEL.constraints, one_is_int16),
    stands_for=rescale.KERNEL.symbol,
    isa=Isa.MVE,
    family=MVE,
)
