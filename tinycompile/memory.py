"""Lifetimes -> offsets: every tensor and scratch buffer of a program in one arena."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from tinycompile.program import Layer, Program

ALIGNMENT = 4  # bytes, at least: int32 and float32 tensors, and word loads of int8 ones


@dataclass(frozen=True)
class Block:
    """Bytes that must exist from layer `first` to layer `last`, both included; -1 is before the run."""

    name: str
    nbytes: int
    first: int
    last: int

    def meets(self, other: "Block") -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class MemoryPlan:
    """Where everything lies, in bytes from the arena's start."""

    offsets: dict[str, int]  # by Tensor.storage
    scratch: dict[str, int]  # by Layer.name, of the layers that want any
    arena_bytes: int
    live_bytes: (
        int  # the largest sum of tensors alive at once with nothing in place: the usual bound
    )
    scratch_bytes: int  # the largest scratch of a layer
    state_bytes: int = 0  # the arena's first bytes, which hold the states
    alignment: int = ALIGNMENT  # of the arena and of every offset, in bytes


def plan(program: Program) -> MemoryPlan:
    """Place all storages and scratch buffers of `program`, reusing what is no longer needed."""
    to = alignment(program)
    states, state_bytes = place_states(program, to)
    tensors = [block for block in lifetimes(program) if block.name not in states]
    merged, home = share_in_place(program, tensors)
    scratch = [
        Block(layer.name, layer.call.scratch, i, i)
        for i, layer in enumerate(program.layers)
        if layer.call.scratch
    ]
    blocks = [*merged, *(replace(block, name=f"scratch of {block.name}") for block in scratch)]
    blocks = [replace(block, nbytes=aligned(block.nbytes, to)) for block in blocks]
    placed = {name: state_bytes + offset for name, offset in place(blocks).items()}
    return MemoryPlan(
        offsets=states | {name: placed[home[name]] for name in home},
        scratch={block.name: placed[f"scratch of {block.name}"] for block in scratch},
        arena_bytes=max(arena_end(blocks, placed), state_bytes),
        live_bytes=state_bytes + most_alive(tensors),
        scratch_bytes=max((block.nbytes for block in scratch), default=0),
        state_bytes=state_bytes,
        alignment=to,
    )


def alignment(program: Program) -> int:
    """What the largest elements of `program` ask for, in tensors and in scratch."""
    sizes = [np.dtype(t.dtype).itemsize for t in program.tensors.values()]
    return max(ALIGNMENT, *sizes, *(layer.call.alignment for layer in program.layers))


def place_states(program: Program, to: int) -> tuple[dict[str, int], int]:
    """Offsets of the states, one behind the other, and their end: nothing else may ever lie there."""
    offsets, end = {}, 0
    for state in program.states:
        offsets[state.tensor.storage] = end
        end += aligned(state.tensor.nbytes, to)
    return offsets, end


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


def share_in_place(program: Program, blocks: list[Block]) -> tuple[list[Block], dict[str, str]]:
    """Let layers write over an input that dies with them.

    Returns the blocks that remain and, for every storage, the name of the block it lies in.
    """
    by_name = {block.name: block for block in blocks}
    home = {block.name: block.name for block in blocks}
    for i, layer in enumerate(program.layers):
        if (target := overwritable(i, layer, by_name, home)) is not None:
            output = by_name.pop(layer.output.storage)  # kernels in place have only one
            by_name[target] = replace(by_name[target], last=output.last)
            home[output.name] = target
    return list(by_name.values()), home


def overwritable(
    i: int, layer: Layer, blocks: dict[str, Block], home: dict[str, str]
) -> str | None:
    """The block of an input that layer `i` may write its output over."""
    for position in layer.call.in_place:
        storage = layer.inputs[position].storage
        if storage not in home or layer.output.storage not in home:  # a state
            continue
        block = blocks[home[storage]]
        if block.last == i and block.nbytes >= layer.output.nbytes:
            return block.name
    return None


def place(blocks: list[Block]) -> dict[str, int]:
    """Offsets of `blocks`, of aligned sizes: first fit in several orders, the lowest arena wins."""
    orders: list[Callable[[Block], tuple[int, ...]]] = [
        lambda b: (-b.nbytes, b.first),
        lambda b: (b.first, -b.nbytes),
        lambda b: (b.first - b.last, -b.nbytes),
        lambda b: (-b.nbytes * (b.last - b.first + 1), b.first),
    ]
    attempts = [first_fit(sorted(blocks, key=order)) for order in orders]
    attempts.append(from_both_ends(sorted(blocks, key=lambda b: (b.first == b.last, b.first))))
    return min(attempts, key=lambda placed: arena_end(blocks, placed))


def first_fit(blocks: Iterable[Block]) -> dict[str, int]:
    """Each block at the lowest offset that no block alive at the same time occupies."""
    placed: list[tuple[int, Block]] = []
    for block in blocks:
        placed.append((lowest(block, placed), block))
    return {block.name: offset for offset, block in placed}


def from_both_ends(blocks: Iterable[Block]) -> dict[str, int]:
    """Every other block from the top down: a chain of layers then takes its largest pair, no more."""
    blocks = list(blocks)
    top = most_alive(blocks)
    placed: list[tuple[int, Block]] = []
    for i, block in enumerate(blocks):
        offset = lowest(block, placed)
        if i % 2:
            mirrored = [(top - start - b.nbytes, b) for start, b in placed]
            down = top - lowest(block, mirrored) - block.nbytes
            offset = down if down >= 0 else offset
        placed.append((offset, block))
    return {block.name: offset for offset, block in placed}


def lowest(block: Block, placed: list[tuple[int, Block]]) -> int:
    """The lowest offset at which `block` meets none of `placed`."""
    offset = 0
    for start, other in sorted(placed, key=lambda item: item[0]):
        if block.meets(other) and start < offset + block.nbytes:
            offset = max(offset, start + other.nbytes)
    return offset


def arena_end(blocks: Iterable[Block], placed: dict[str, int]) -> int:
    return max((placed[block.name] + block.nbytes for block in blocks), default=0)


def most_alive(blocks: list[Block]) -> int:
    """The largest sum of blocks alive at one time, in bytes."""
    moments = {block.first for block in blocks}
    return max(
        (sum(b.nbytes for b in blocks if b.first <= moment <= b.last) for moment in moments),
        default=0,
    )


def aligned(nbytes: int, to: int) -> int:
    return -(-nbytes // to) * to
