"""A fully connected layer on int8 of many inputs, whose sums leave 24 bits: by parts, each of which fits."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import dsp_fully_connected_s8, filters
from tinycompile.kernels.dsp.dsp_fully_connected_s8 import OUTPUTS
from tinycompile.kernels.dsp.sums import LARGEST
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import accumulate
from tinycompile.target import Isa

SUMS = 1, 2, 0  # literals of TC_DSP_DENSE: a shift that is not used, TC_DSP_SUMS, nor are constants


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    weights, n = filters.padded(p["weights"]), p["output_n"]
    steps = 2 if weights.shape[1] % 8 == 0 else 1
    dense = Instance("tc_dsp_dense.h", "tc_dsp_dense", "TC_DSP_DENSE", (steps, *SUMS), 250)
    part = longest_part(weights, steps)
    words = dsp_fully_connected_s8.words_of(weights)
    leave = np.stack([p["bias"], p["multipliers"], p["shifts"]], 1).astype(np.int64)
    blocks: list[NDArray[np.uint32]] = []
    for outputs in lanes(n):
        for first in range(0, words.shape[1], part):
            there = weights[outputs, 4 * first : 4 * (first + part)]
            none = np.zeros(len(there), np.int32)
            blocks.append(dsp_fully_connected_s8.biases(there, none))
            blocks.append(words[outputs, first : first + part].T.reshape(-1))
        blocks.append(filters.as_words(leave[outputs].reshape(-1)))
    return Call(
        inputs=portable.inputs,
        params={
            "rows": p["rows"], "input_n": p["input_n"], "output_n": n, "part": part,
            "output_zero_point": p["output_zero_point"], "min": p["min"], "max": p["max"],
            "run": dense if n >= OUTPUTS else None,
            "filters": np.concatenate(blocks),
        },
        macs=portable.macs,
        scratch=2 * weights.shape[1],
    )  # fmt: skip


def lanes(outputs: int) -> Iterator[slice]:
    """Those that are made at a time: eight, then one by one."""
    octets = outputs // OUTPUTS * OUTPUTS
    yield from (slice(i, i + OUTPUTS) for i in range(0, octets, OUTPUTS))
    yield from (slice(i, i + 1) for i in range(octets, outputs))


def longest_part(weights: NDArray[np.int8], steps: int) -> int:
    """Fours of inputs whose products fit 24 bits in every output and every part, in multiples of `steps`."""
    ends = np.stack([127 * weights.astype(np.int64), -128 * weights.astype(np.int64)])
    fours = np.array([ends.max(axis=0), -ends.min(axis=0)]).reshape(2, len(weights), -1, 4).sum(-1)
    count, parts = int(fours.shape[-1]), 1
    while True:
        part = -(-count // (parts * steps)) * steps
        if np.add.reduceat(fours, np.arange(0, count, part), axis=-1).max() <= LARGEST:
            return part
        parts += 1


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    inputs = filters.padded(x.reshape(p["rows"], p["input_n"])).astype(np.int64)
    output, rest = np.zeros((p["rows"], p["output_n"]), np.int8), p["filters"]
    for outputs in lanes(p["output_n"]):
        count = outputs.stop - outputs.start
        total: NDArray[np.int64] = np.zeros((len(inputs), count), np.int64)
        for first in range(0, inputs.shape[1], 4 * p["part"]):
            there = inputs[:, first : first + 4 * p["part"]]
            words, rest = np.split(rest, [count * (1 + there.shape[1] // 4)])
            taps = words[count:].reshape(-1, count).T
            total += dsp_fully_connected_s8.sums(taps, words[:count], there) >> filters.SCALE
        leave, rest = np.split(rest, [3 * count])
        bias, m, s = leave.reshape(count, 3).T.astype(np.int32)
        channels = p | {"multipliers": m, "shifts": s}
        output[:, outputs] = accumulate.leave(
            channels, filters.wrapped(total + bias.astype(np.int64))
        )
    return output


KERNEL = Kernel(
    "tc_dsp_fully_connected_long_s8",
    fully_connected_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*fully_connected_s8.KERNEL.constraints, dsp_fully_connected_s8.halves_fit),
    overlaps=dsp_fully_connected_s8.overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="Rows of many inputs times a constant matrix.",
)
