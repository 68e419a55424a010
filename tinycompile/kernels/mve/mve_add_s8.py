"""The sum or difference of two int8 tensors for Helium, by constants proved for every pair of values."""

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import accumulate, broadcast
from tinycompile.kernels.shared.short_requantization import INT32
from tinycompile.kernels.shared.sums_s8 import Sum
from tinycompile.target import Isa

LARGEST_SHIFT = 24  # outputs have 8 bits above it
AROUND = [pair for pair in product((-1, 0, 1), repeat=2) if any(pair)]
FARTHEST = 2.0**-14  # of a factor, how far from the real one it is looked for
KEPT = ("shape", "steps1", "steps2", "min", "max")


class Constants(NamedTuple):
    factor1: int
    factor2: int
    constant: int
    shift: int


@lru_cache(maxsize=256)
def found(wanted: Sum) -> Constants | None:
    """Constants by which the C makes what is wanted of all 65,536 pairs, if there are.

    Two factors have a constant if no pair asks for one above what another allows. That room is a concave
    function of the factors: it is looked for uphill from the real ones.
    """
    values = np.arange(-128, 128, dtype=np.int64)
    results = wanted.results()
    real = wanted.real_factors()
    shift = room(wanted)
    lowest = np.where(results > -128, results << shift, -(2**40))
    highest = np.where(results < 127, ((results + 1) << shift) - 1, 2**40)

    def bounds_of(a: int, b: int) -> tuple[int, int]:
        """The least constant and the largest."""
        sums = (a * values)[:, None] + b * values
        return int((lowest - sums).max()), int((highest - sums).min())

    a, b = (round(factor * 2.0**shift) for factor in real)
    least, most = bounds_of(a, b)
    step = max(int(max(abs(a), abs(b)) * FARTHEST), 1)
    while least > most and step:
        along = step / max(abs(a), abs(b), 1)  # both alike: halves of both signs go away from zero
        near = [(a + i * step, b + j * step) for i, j in AROUND]
        near += [(round(a * (1 + d)), round(b * (1 + d))) for d in (-along, along)]
        tried = [(*bounds_of(*pair), *pair) for pair in near]
        best = max(tried, key=lambda t: t[1] - t[0])
        if best[1] - best[0] > most - least:
            least, most, a, b = best
        else:
            step //= 2
    constant = (least + most) // 2
    corners = [a * x + b * y + constant for x, y in product((-128, 127), repeat=2)]
    fits = all(INT32[0] <= n <= INT32[1] for n in (a, b, constant, *corners))
    return Constants(a, b, constant, LARGEST_SHIFT - shift) if least <= most and fits else None


def room(wanted: Sum) -> int:
    """The largest shift that leaves sums in int32: at the corners they are largest."""
    a, b = wanted.real_factors()
    corners = [
        a * (x - wanted.zero_point1) + b * (y - wanted.zero_point2) + wanted.output_zero_point
        for x, y in product((-128, 127), repeat=2)
    ]
    largest = max(map(abs, corners)) + 2  # half a step, and what factors are off by
    return max(min(int(np.log2(2**31 / largest)), LARGEST_SHIFT), 0)


def constants_are_proved(match: Match) -> str | None:
    """Constants are found by which every pair of values becomes what it should."""
    p: dict[str, Any] = add_s8.lower(match).params
    return None if found(Sum.of(p)) else "there are none"


def lower(match: Match) -> Call:
    portable = add_s8.lower(match)
    p: dict[str, Any] = portable.params
    constants = found(Sum.of(p))
    assert constants
    kept = {name: p[name] for name in KEPT}
    return Call(inputs=portable.inputs, params=kept | constants._asdict())


def reference(p: dict[str, Any], x: NDArray[np.int8], y: NDArray[np.int8]) -> NDArray[np.int8]:
    a = broadcast.gather(x, p["shape"], p["steps1"]).astype(np.int64)
    b = broadcast.gather(y, p["shape"], p["steps2"]).astype(np.int64)
    sums = a * p["factor1"] + b * p["factor2"] + p["constant"]
    values = np.clip(sums >> (LARGEST_SHIFT - p["shift"]), -128, 127)
    return accumulate.clamp(p, values)


KERNEL = Kernel(
    "tc_mve_add_s8",
    add_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*add_s8.KERNEL.constraints, constants_are_proved),
    bounds=add_s8.KERNEL.bounds,
    rows=add_s8.KERNEL.rows,
    overlaps=add_s8.KERNEL.overlaps,
    isa=Isa.MVE,
    family=MVE,
    summary=add_s8.KERNEL.summary,
)
