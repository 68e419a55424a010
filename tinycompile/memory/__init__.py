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
from tinycompile.memory.overlap import Overlaps, merged, overlaps
from tinycompile.memory.place import WORK
from tinycompile.memory.prove import settled
from tinycompile.memory.region import Region
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

    regions: tuple[Region, ...] = ()  # memories beside the arena, and what lies there

    def region_of(self, name: str) -> Region | None:
        """That of a storage, or of a layer's scratch by the layer's name; None is the arena."""
        found = (r for r in self.regions if name in r.offsets or name in r.scratch)
        return next(found, None)

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
    order = best_order(program)
    if order == list(range(len(order))):
        return program, plan(program)
    other = in_order(program, order)
    found = plan(other)
    if found.arena_bytes < plan(program, work=0).least_bytes:
        return other, found
    own = plan(program)
    return (other, found) if found.arena_bytes < own.arena_bytes else (program, own)


def plan(program: Program, work: int = WORK) -> MemoryPlan:
    """Place all storages and scratch buffers of `program`, reusing what is no longer needed.

    `work` says how long better offsets are looked for: see `place`.
    """
    found = parts(program)
    blocks, shared = found.blocks, found.shared
    return found.plan(*settled(blocks, shared, least(blocks, shared), work))


@dataclass(frozen=True)
class Parts:
    """What a program wants placed: blocks of aligned sizes, tensors and scratch."""

    program: Program
    to: int  # bytes that all is aligned to
    tensors: list[Block]
    blocks: list[Block]
    home: dict[str, str]  # the block of each storage
    shared: Overlaps

    def plan(self, offsets: dict[str, int], bound: int, begin: int = 0) -> MemoryPlan:
        """With blocks at `offsets`, if they have any, and states before them, from `begin` on."""
        states, state_bytes = place_states(self.program, self.to, begin)
        placed = {name: state_bytes + at for name, at in offsets.items()}
        ends = [placed[b.name] + b.nbytes for b in self.blocks if b.name in placed]
        scratch = {la.name: la.call.scratch for la in self.program.layers if la.call.scratch}
        known = {name: placed.get(f"scratch of {name}") for name in scratch}
        return MemoryPlan(
            offsets=states | {name: placed[at] for name, at in self.home.items() if at in placed},
            scratch={name: at for name, at in known.items() if at is not None},
            arena_bytes=max(ends, default=begin + state_bytes),
            least_bytes=state_bytes + bound,
            live_bytes=state_bytes + most_alive(self.tensors),
            scratch_bytes=max((aligned(n, self.to) for n in scratch.values()), default=0),
            state_bytes=state_bytes,
            state_offset=begin,
            alignment=self.to,
        )


def parts(program: Program) -> Parts:
    to = alignment(program)
    states = {state.tensor.storage for state in program.states}
    tensors = [block for block in lifetimes(program) if block.name not in states]
    whole, home = merged(program, tensors)
    scratch = [
        Block(f"scratch of {layer.name}", layer.call.scratch, i, i)
        for i, layer in enumerate(program.layers)
        if layer.call.scratch
    ]
    blocks = [replace(block, nbytes=aligned(block.nbytes, to)) for block in (*whole, *scratch)]
    shared = {pair: aligned(far, to) for pair, far in overlaps(program, whole, home).items()}
    return Parts(program, to, tensors, blocks, home, shared)


def place_states(program: Program, to: int, begin: int = 0) -> tuple[dict[str, int], int]:
    """Offsets of the states, one behind the other, and their size: nothing else may ever lie there."""
    offsets, end = {}, begin
    for state in program.states:
        offsets[state.tensor.storage] = end
        end += aligned(state.tensor.nbytes, to)
    return offsets, end - begin
