"""Lifetimes -> offsets: every tensor and scratch buffer of a program in one arena."""

from dataclasses import dataclass, replace

from tinycompile.call import Param
from tinycompile.memory.bound import least
from tinycompile.memory.lifetimes import (
    ALIGNMENT,
    Block,
    aligned,
    alignment,
    lifetimes,
    most_alive,
)
from tinycompile.memory.order import best_order, in_order
from tinycompile.memory.overlap import merged, overlaps
from tinycompile.memory.place import WORK
from tinycompile.memory.prove import settled
from tinycompile.memory.together import Together
from tinycompile.program import Program


@dataclass(frozen=True)
class MemoryPlan:
    """Where everything lies, in bytes from the arena's start."""

    offsets: dict[str, int]  # by Tensor.storage
    scratch: dict[str, int]  # by Layer.name, of the layers that want any
    arena_bytes: int
    least_bytes: int  # what no placing of these layers, in this order, can be smaller than
    live_bytes: int  # the largest sum of tensors alive at once, none over another: the usual bound
    scratch_bytes: int  # the largest scratch of a layer
    state_bytes: int = 0  # the arena's first bytes, which hold the states
    state_offset: int = 0  # where they begin, behind the states of other models in the same arena
    alignment: int = ALIGNMENT  # of the arena and of every offset, in bytes
    together: tuple[
        Together, ...
    ] = ()  # layers that run a row at a time; tensors between have no offset

    @property
    def fed(self) -> Together | None:
        """The layers to which the caller brings the input, line by line."""
        return next((group for group in self.together if group.state is not None), None)

    @property
    def row_fields(self) -> dict[int, dict[str, Param]]:
        """Of structs of layers that run row by row, by the layer's number."""
        return {i: fields for group in self.together for i, fields in group.params.items()}


def ordered(program: Program) -> tuple[Program, MemoryPlan]:
    """`program`, its layers in another order if that needs less memory, and its plan."""
    own = plan(program)
    order = best_order(program)
    if order == list(range(len(order))):
        return program, own
    other = in_order(program, order)
    found = plan(other)
    return (other, found) if found.arena_bytes < own.arena_bytes else (program, own)


def plan(program: Program, work: int = WORK) -> MemoryPlan:
    """Place all storages and scratch buffers of `program`, reusing what is no longer needed.

    `work` says how long better offsets are looked for: see `place`.
    """
    to = alignment(program)
    states, state_bytes = place_states(program, to)
    tensors = [block for block in lifetimes(program) if block.name not in states]
    scratch = [
        Block(layer.name, layer.call.scratch, i, i)
        for i, layer in enumerate(program.layers)
        if layer.call.scratch
    ]
    whole, home = merged(program, tensors)
    blocks = [*whole, *(replace(block, name=f"scratch of {block.name}") for block in scratch)]
    blocks = [replace(block, nbytes=aligned(block.nbytes, to)) for block in blocks]
    shared = {pair: aligned(far, to) for pair, far in overlaps(program, whole, home).items()}
    offsets, bound = settled(blocks, shared, least(blocks, shared), work)
    placed = {name: state_bytes + at for name, at in offsets.items()}
    ends = [placed[block.name] + block.nbytes for block in blocks]
    return MemoryPlan(
        offsets=states | {name: placed[at] for name, at in home.items()},
        scratch={block.name: placed[f"scratch of {block.name}"] for block in scratch},
        arena_bytes=max(ends, default=state_bytes),
        least_bytes=state_bytes + bound,
        live_bytes=state_bytes + most_alive(tensors),
        scratch_bytes=max((block.nbytes for block in scratch), default=0),
        state_bytes=state_bytes,
        alignment=to,
    )


def place_states(program: Program, to: int) -> tuple[dict[str, int], int]:
    """Offsets of the states, one behind the other, and their end: nothing else may ever lie there."""
    offsets, end = {}, 0
    for state in program.states:
        offsets[state.tensor.storage] = end
        end += aligned(state.tensor.nbytes, to)
    return offsets, end
