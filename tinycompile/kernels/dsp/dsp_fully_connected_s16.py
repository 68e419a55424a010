"""A fully connected layer of int16 by int8: eight outputs at a time, whose weights are read once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters, filters_s16
from tinycompile.kernels.portable.s16 import fully_connected_s16
from tinycompile.kernels.shared import accumulate_s16, overlap
from tinycompile.kernels.shared.accumulate import INT32_MAX
from tinycompile.target import Isa

OUTPUTS = 8
FOURS = 127  # of inputs, whose products surely fit 32 bits


def lower(match: Match) -> Call:
    return call(fully_connected_s16.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    weights = filters.padded(p["weights"])
    octets = p["output_n"] // OUTPUTS * OUTPUTS
    words = filters_s16.words_of(weights)
    count = words.shape[1]
    eights = words[:octets].reshape(-1, OUTPUTS, count).swapaxes(1, 2)
    largest = accumulate_s16.LARGEST * int(np.abs(weights.astype(np.int64)).sum(axis=1).max())
    sizes = ("rows", "input_n", "output_n")
    leaving = ("min", "max", "narrow")
    return Call(
        inputs=portable.inputs,
        params={name: p[name] for name in sizes}
        | {"part": count if largest <= INT32_MAX else FOURS}
        | {name: p[name] for name in leaving}
        | {"filters": np.concatenate([eights.reshape(-1), words[octets:].reshape(-1)])}
        | {name: p[name] for name in ("bias", "multipliers", "shifts")},
        macs=portable.macs,
        scratch=2 * weights.shape[1] if p["input_n"] % 4 else 0,
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A row that is copied is read before its outputs are written; another until the last step."""
    if p["input_n"] % 4:
        return (2 * overlap.worst(0, (p["rows"], p["output_n"] - p["input_n"])),)
    return overlap.rows(size=2, together=1 if p["output_n"] % OUTPUTS else OUTPUTS)(p)


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """(rows, input_n) -> (rows, output_n)."""
    count = -(-p["input_n"] // 4)
    octets = p["output_n"] // OUTPUTS * OUTPUTS
    eights, rest = np.split(p["filters"], [octets * count])
    words = eights.reshape(-1, count, OUTPUTS).swapaxes(1, 2).reshape(-1, count)
    words = np.concatenate([words, rest.reshape(-1, count)])
    weights = filters_s16.unpacked(words)[:, : p["input_n"]].astype(np.int8)
    return fully_connected_s16.reference(p | {"weights": weights}, x)


KERNEL = Kernel(
    "tc_dsp_fully_connected_s16",
    fully_connected_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=fully_connected_s16.KERNEL.constraints,
    overlaps=overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="Rows of int16, of any number, times a constant int8 matrix.",
)
