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
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.quantization import requantize
from tinycompile.target import Isa

OUTPUTS = 8
LARGE = 4096  # weights


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p = without_large(portable.params)
    weights, n = filters.padded(p["weights"]), p["output_n"]
    octets = n // OUTPUTS
    common = alike(p)
    plan = common or filters.requantization(p)
    leave = filters.SIGNED if plan.signed else filters.RELU
    dense = function(weights, plan.final_shift, leave, int(common is not None))
    words, bias = words_of(weights), biases(weights, p["bias"])
    blocks = [as_alike(common.channels[0]) if common else np.zeros(0, np.uint32)]
    for start in range(0, octets * OUTPUTS, OUTPUTS):
        eight = slice(start, start + OUTPUTS)
        blocks += [bias[eight], words[eight].T.reshape(-1)]
        if not common:
            blocks.append(filters.constants(plan.channels[eight], leave))
    alone = sorted({*range(octets * OUTPUTS, n), *plan.unproved})
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


def alike(p: dict[str, Any]) -> short.ShortRequantization | None:
    """Where all outputs have one factor: constants for whatever any of them reaches, if there are some."""
    factors = {(int(m), int(s)) for m, s in zip(p["multipliers"], p["shifts"], strict=True)}
    if len(factors) > 1:
        return None
    lows, highs = zip(*short.reaches(p["weights"], p["bias"], 0), strict=True)
    output = short.Output(p["output_zero_point"], p["min"], p["max"])
    plan = short.plan([short.Factor(*factors.pop())], output, [(min(lows), max(highs))])
    return None if plan.unproved else plan


def as_alike(channel: short.Channel) -> NDArray[np.uint32]:
    return filters.as_words([channel.m, channel.c, channel.d])


def steps(weights: NDArray[np.int8]) -> int:
    """Words of a turn; long ones are more code."""
    most = 4 if weights.size >= LARGE else 2
    return next(steps for steps in (most, 2, 1) if weights.shape[1] % (4 * steps) == 0)


def function(weights: NDArray[np.int8], shift: int, leave: int, alike: int) -> Instance:
    literals = steps(weights), shift, leave, alike
    code = 130 * literals[0] + 240
    return Instance("tc_dsp_dense.h", "tc_dsp_dense", "TC_DSP_DENSE", literals, code)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A row of the input is copied before its outputs are written."""
    return (overlap.worst(0, (p["rows"], p["output_n"] - p["input_n"])),)


def halves_fit(match: Match) -> str | None:
    """No odd weight is -128 beside a negative one."""
    w = filters.padded(fully_connected_s8.weights_of(match))
    beside = (w[:, 1::2] == -128) & (w[:, 0::2] < 0)
    return "one is" if beside.any() else None


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
        _, shift, leave, are_alike = p["run"].literals
        of_all, octets = np.split(p["filters"], [3 * are_alike])
        for i, block in enumerate(octets.reshape(p["octets"], -1)):
            words = block[OUTPUTS : OUTPUTS + OUTPUTS * count].reshape(count, OUTPUTS).T
            total = sums(words, block[:OUTPUTS], inputs)
            rest = block[OUTPUTS + OUTPUTS * count :]
            if are_alike:
                rest = np.concatenate([np.tile(of_all[:2], OUTPUTS), np.repeat(of_all[2], OUTPUTS)])
            constants = rest.astype(np.int32).astype(np.int64)
            value = filters.short_results(total, constants, shift, leave)
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
        halves_fit,
        sums_fit_24_bits,
    ),
    overlaps=overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    summary="Rows of any number times a constant matrix.",
)
