"""The sum or difference of two int8 tensors in two products an output, proved for every pair of values."""

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import accumulate, broadcast
from tinycompile.kernels.shared.sums_s8 import Sum
from tinycompile.target import Isa

SHIFT = 16
LOSS = 3  # of negative sums, for halves to be rounded away from zero
NEAR = sorted(range(-6, 7), key=abs)  # factors are looked for so near to the real ones
KEPT = ("shape", "steps1", "steps2", "min", "max")


class Constants(NamedTuple):
    factor1: int
    factor2: int
    constant: int
    half: int  # 0, or what is added after negative sums have lost LOSS


@lru_cache(maxsize=256)
def found(wanted: Sum) -> Constants | None:
    """Constants by which the C makes what is wanted of all 65,536 pairs, if there are."""
    values = np.arange(-128, 128, dtype=np.int64)
    results = wanted.results()
    lowest = np.where(results > -128, results << SHIFT, -(2**40))
    highest = np.where(results < 127, ((results + 1) << SHIFT) - 1, 2**40)
    scaled = [factor * 2 ** (SHIFT + 8) for factor in wanted.real_factors()]
    if sum(map(abs, scaled)) >= 2**31 * 0.9:
        return None
    firsts, seconds = (
        {a: values * 256 * a >> 16 for a in (round(factor) + d for d in NEAR)} for factor in scaled
    )
    for (a, first), (b, second) in product(firsts.items(), seconds.items()):
        sums = first[:, None] + second
        if constant := between(lowest - sums, highest - sums):
            return Constants(a, b, constant, 0)
    zero = -round((scaled[0] * wanted.zero_point1 + scaled[1] * wanted.zero_point2) / 256)
    for (a, first), (b, second), k in product(firsts.items(), seconds.items(), range(LOSS + 1)):
        sums = first[:, None] + second + zero + k
        sums -= np.where(sums < 0, LOSS, 0)
        if half := between(lowest - sums, highest - sums):
            return Constants(a, b, zero + k, half)
    return None


def between(lowest: NDArray[np.int64], highest: NDArray[np.int64]) -> int:
    """A number that is neither below any of `lowest` nor above any of `highest`, or 0."""
    least, most = int(lowest.max()), int(highest.min())
    middle = (least + most) // 2
    return middle if least <= most and abs(middle) < 2**31 else 0


def rows_are_dense(match: Match) -> str | None:
    """Along the last axis neither operand is broadcast."""
    axes = broadcast.walk(*broadcast.operand_shapes(match))
    return None if axes and axes[-1][1:] == (1, 1) else "one is"


def constants_are_proved(match: Match) -> str | None:
    """Constants are found by which every pair of values becomes what it should."""
    p: dict[str, Any] = add_s8.lower(match).params
    return None if found(Sum.of(p)) else "there are none"


def lower(match: Match) -> Call:
    return call(add_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    constants = found(Sum.of(p))
    assert constants
    kept = {name: p[name] for name in KEPT}
    return Call(
        inputs=portable.inputs,
        params=kept | constants._asdict(),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8], y: NDArray[np.int8]) -> NDArray[np.int8]:
    a = broadcast.gather(x, p["shape"], p["steps1"]).astype(np.int64)
    b = broadcast.gather(y, p["shape"], p["steps2"]).astype(np.int64)
    sums = (a * p["factor1"] >> 8) + (b * p["factor2"] >> 8) + p["constant"]
    if p["half"]:
        sums += p["half"] - np.where(sums < 0, LOSS, 0)
    return accumulate.clamp(p, np.clip(sums >> SHIFT, -128, 127))


KERNEL = Kernel(
    "tc_dsp_add_s8",
    add_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*add_s8.KERNEL.constraints, rows_are_dense, constants_are_proved),
    bounds=add_s8.KERNEL.bounds,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=add_s8.KERNEL.overlaps,
    isa=Isa.DSP,
    family=DSP,
    summary="Sum or difference of two tensors, broadcast as in numpy but along the last axis.",
)
