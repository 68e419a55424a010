"""A fully connected layer on int8 with int4 weights, eight of an output a word."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import dsp_fully_connected_s8, filters
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.target import Isa

LANES = 4  # outputs at a time
WORD = 8  # weights
ORDER = (0, 1, 4, 5, 2, 3, 6, 7)  # of inputs, from the lowest bits


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    words = -(-p["input_n"] // WORD)
    return Call(
        inputs=portable.inputs,
        params=p | {"weights": pack(p["weights"])},
        macs=portable.macs,
        scratch=16 * words,
        saved=p["weights"].nbytes - 4 * words * p["output_n"],
    )


def pack(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Four outputs side by side, the last few one after the other."""
    n, inputs = weights.shape
    padded = np.pad(weights.astype(np.int64), ((0, 0), (0, -inputs % WORD))) + 8
    shifted = padded.reshape(n, -1, WORD)[..., ORDER] << 4 * np.arange(WORD)
    words, fours = filters.as_words(shifted.sum(axis=-1)), n // LANES * LANES
    sides = words[:fours].reshape(-1, LANES, words.shape[1]).swapaxes(1, 2)
    return np.concatenate([sides.reshape(-1), words[fours:].reshape(-1)])


def unpack(words: NDArray[np.uint32], n: int, inputs: int) -> NDArray[np.int8]:
    """The weights of `pack`."""
    count, fours = len(words) // n, n // LANES * LANES
    sides = words[: fours * count].reshape(-1, count, LANES).swapaxes(1, 2)
    rows = np.concatenate([sides.reshape(fours, count), words[fours * count :].reshape(-1, count)])
    there = (rows[..., None] >> 4 * np.arange(WORD, dtype=np.uint32) & 15).astype(np.int8) - 8
    return there[..., np.argsort(ORDER)].reshape(n, -1)[:, :inputs].astype(np.int8)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    weights = unpack(p["weights"], p["output_n"], p["input_n"])
    return fully_connected_s8.reference(p | {"weights": weights}, x)


KERNEL = Kernel(
    "tc_dsp_fully_connected_s4",
    fully_connected_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*fully_connected_s8.KERNEL.constraints, *nibbles.CONSTRAINTS),
    overlaps=dsp_fully_connected_s8.overlaps,
    isa=Isa.DSP,
    family=DSP,
    takes_scratch=True,
    packed=True,
    summary="Rows of any number times a constant matrix of int4.",
)
