"""A fully connected layer on int8: eight outputs at a time, whose weights are read once, from flash."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Instance
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import filters
from tinycompile.kernels.dsp.sums import sums_fit_24_bits, without_large
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import overlap
from tinycompile.quantization import requantize
from tinycompile.target import Isa

OUTPUTS = 8


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = without_large(portable.params)
    weights, n = filters.padded(p["weights"]), p["output_n"]
    plan = filters.requantization(p)
    octets = n // OUTPUTS
    leave = filters.SIGNED if plan.signed else filters.RELU
    steps = 2 if weights.shape[1] % 8 == 0 else 1
    literals = steps, plan.final_shift, leave
    dense = Instance("tc_dsp_dense.h", "tc_dsp_dense", "TC_DSP_DENSE", literals, 500)
    words, bias = words_of(weights), biases(weights, p["bias"])
    blocks = [np.zeros(0, np.uint32)]
    for start in range(0, octets * OUTPUTS, OUTPUTS):
        eight = slice(start, start + OUTPUTS)
        blocks += [bias[eight], words[eight].T.reshape(-1)]
        blocks.append(filters.constants(plan.channels[eight], leave))
    alone = [i for i in range(n) if i >= octets * OUTPUTS or not plan.channels[i].proved]
    factors = filters.as_words(np.stack([p["multipliers"], p["shifts"]], 1).astype(np.int64))
    singles = [np.concatenate([[i], factors[i], [bias[i]], words[i]]) for i in alone]
    return Call(
        inputs=portable.inputs,
        params={
            "rows": p["rows"], "input_n": p["input_n"], "output_n": n,
            "octets": octets, "singles": len(singles),
            "output_zero_point": p["output_zero_point"], "min": p["min"], "max": p["max"],
            "run": dense if octets else None,
            "filters": np.concatenate(blocks),
            "single": np.array(singles, np.uint32),
        },
        macs=portable.macs,
        scratch=2 * weights.shape[1],
    )  # fmt: skip


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A row of the input is copied before its outputs are written."""
    return (overlap.worst(0, (p["rows"], p["output_n"] - p["input_n"])),)


def words_of(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """(outputs, words): of four weights the halves w0 + 256 w1 and w2 + 256 w3."""
    w = weights.astype(np.int64)
    halves = (w[:, 0::2] + 256 * w[:, 1::2]) & 0xFFFF
    return filters.as_words(halves[:, 0::2] | halves[:, 1::2] << 16)


def biases(weights: NDArray[np.int8], bias: NDArray[np.int32]) -> NDArray[np.uint32]:
    even = weights[:, 0::2].astype(np.int64).sum(axis=1)
    return filters.as_words(256 * bias.astype(np.int64) - 127 * even)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    rows, n = p["rows"], p["output_n"]
    inputs = filters.padded(x.reshape(rows, p["input_n"])).astype(np.int64)
    output = np.zeros((rows, n), np.int8)
    count = inputs.shape[1] // 4  # words of an output
    if p["octets"]:
        shift, leave = p["run"].literals[1:]
        for i, block in enumerate(p["filters"].reshape(p["octets"], -1)):
            words = block[OUTPUTS : OUTPUTS + OUTPUTS * count].reshape(count, OUTPUTS).T
            total = sums(words, block[:OUTPUTS], inputs)
            rest = block[OUTPUTS + OUTPUTS * count :].astype(np.int32).astype(np.int64)
            value = filters.short_results(total, rest, shift, leave)
            output[:, i * OUTPUTS : (i + 1) * OUTPUTS] = np.clip(value, p["min"], p["max"])
    for block in p["single"]:
        total = sums(block[None, 4:], block[3:4], inputs)[:, 0]
        m, s = block[1:3].astype(np.int32)
        value = requantize(total >> filters.SCALE, m, s) + p["output_zero_point"]
        output[:, block[0]] = np.clip(value, p["min"], p["max"])
    return output


def sums(
    words: NDArray[np.uint32], bias: NDArray[np.uint32], x: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(rows, outputs), as C holds them."""
    halves = np.ascontiguousarray(words).view(np.int16).astype(np.int64)
    even = (halves & 0xFF).astype(np.uint8).astype(np.int8).astype(np.int64)
    odd = (halves - even) >> 8
    total = 256 * (x[:, 0::2] @ even.T + x[:, 1::2] @ odd.T) + 127 * even.sum(axis=1) + bias
    return filters.wrapped(total)


KERNEL = Kernel(
    "tc_dsp_fully_connected_s8",
    fully_connected_s8.pattern,
    lower,
    reference,
    constraints=(
        *fully_connected_s8.KERNEL.constraints,
        filters.weights_leave_room,
        sums_fit_24_bits,
    ),
    overlaps=overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="Rows of any number times a constant matrix.",
)
