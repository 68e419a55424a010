"""From which layer to which every tensor of a program exists, and how many bytes that takes."""

from dataclasses import dataclass

import numpy as np

from tinycompile.program import Program

ALIGNMENT = 4  # bytes, at least: int32 and float32 tensors, and word loads of int8 ones


@dataclass(frozen=True)
class Block:
    """Bytes that must exist from layer `first` to layer `last`, both included; -1 is before the run."""

    name: str
    nbytes: int
    first: int
    last: int


def alignment(program: Program) -> int:
    """What the largest elements of `program` ask for, in tensors and in scratch."""
    sizes = [np.dtype(t.dtype).itemsize for t in program.tensors.values()]
    return max(ALIGNMENT, *sizes, *(layer.call.alignment for layer in program.layers))


def lifetimes(program: Program) -> list[Block]:
    """One block a storage: from the layer that writes it to the last that reads it.

    Inputs live from before the first layer, outputs until after the last, states all the time.
    """
    nbytes: dict[str, int] = {}
    for tensor in program.tensors.values():
        nbytes[tensor.storage] = max(tensor.nbytes, nbytes.get(tensor.storage, 0))
    end = len(program.layers)
    states = [state.tensor for state in program.states]
    first = {tensor.storage: -1 for tensor in (*program.inputs, *states)}
    last = dict(first)
    for i, layer in enumerate(program.layers):
        for tensor in layer.outputs:
            first.setdefault(tensor.storage, i)
        for tensor in (*layer.outputs, *layer.inputs):
            last[tensor.storage] = i
    last |= {tensor.storage: end for tensor in (*program.outputs, *states)}
    return [Block(name, nbytes[name], first[name], last[name]) for name in first]


def most_alive(blocks: list[Block]) -> int:
    """The largest sum of blocks alive at one time, in bytes."""
    moments = {block.first for block in blocks}
    return max(
        (sum(b.nbytes for b in blocks if b.first <= moment <= b.last) for moment in moments),
        default=0,
    )


def aligned(nbytes: int, to: int) -> int:
    return -(-nbytes // to) * to
