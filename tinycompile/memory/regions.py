"""Several memories: what is used most lies in faster ones, beside the arena, which holds the rest.

Inputs, outputs and states stay in the arena. Its first bytes are the addresses of the other regions.
"""

from collections.abc import Sequence
from dataclasses import replace

from tinycompile.errors import InvalidOption
from tinycompile.memory import MemoryPlan, Parts, parts
from tinycompile.memory.bound import least
from tinycompile.memory.lifetimes import Block, aligned
from tinycompile.memory.overlap import Overlaps
from tinycompile.memory.place import WORK
from tinycompile.memory.prove import settled
from tinycompile.memory.region import ADDRESS, Region
from tinycompile.memory.traffic import traffic
from tinycompile.program import Program
from tinycompile.target import Memory, Target


def chosen(program: Program, plan: MemoryPlan, target: Target) -> MemoryPlan:
    """The plan with regions in the RAM that `target` lists before its largest, unless one holds all."""
    rams = [memory for memory in target.memory if memory.kind == "ram"]
    largest = max(rams, key=lambda memory: memory.bytes, default=None)
    faster = rams[: rams.index(largest)] if largest else []
    if not faster:
        raise InvalidOption(
            f"--regions: {target.name} lists no RAM faster than its largest; name a target that does, or a "
            ".toml file with its memories, the fastest first"
        )
    if plan.together:
        raise InvalidOption("--regions is for layers as a whole, not for what runs row by row")
    return plan if plan.arena_bytes <= faster[0].bytes else spread(program, faster)


def spread(program: Program, memories: Sequence[Memory]) -> MemoryPlan:
    """The plan of `program` with a region in each of the `memories`, the fastest first."""
    found = parts(program)
    slots = aligned(ADDRESS * len(memories), found.to)
    ends = {t.storage for t in (*program.inputs, *program.outputs)}
    left = [b for b in found.blocks if b.name not in {found.home.get(name) for name in ends}]
    regions = []
    for i, memory in enumerate(memories):
        hot = hottest(left, density(program, found), memory.bytes)
        while (region := held(memory, ADDRESS * i, hot, found.shared)).nbytes > memory.bytes:
            hot.pop()  # at every moment there was room, but not in one place
        regions.append(region)
        left = [block for block in left if block not in hot]
    elsewhere = {name for region in regions for name in region.offsets}
    rest = [block for block in found.blocks if block.name not in elsewhere]
    offsets, bound = placed(rest, found.shared)
    plan = found.plan({name: slots + at for name, at in offsets.items()}, slots + bound, slots)
    return replace(plan, regions=tuple(region.by_names(found.home) for region in regions))


def held(memory: Memory, slot: int, blocks: list[Block], shared: Overlaps) -> Region:
    offsets, _ = placed(blocks, shared)
    end = max((offsets[block.name] + block.nbytes for block in blocks), default=0)
    return Region(memory.name, slot, end, offsets)


def placed(blocks: Sequence[Block], shared: Overlaps) -> tuple[dict[str, int], int]:
    """Offsets of some of the blocks, and what they need at least."""
    names = {block.name for block in blocks}
    known = {pair: far for pair, far in shared.items() if names.issuperset(pair)}
    return settled(blocks, known, least(blocks, known), WORK)


def density(program: Program, found: Parts) -> dict[str, float]:
    """Accesses of each block for a byte of it."""
    accesses = dict.fromkeys((block.name for block in found.blocks), 0)
    for name, count in traffic(program).items():
        block = found.home.get(name, f"scratch of {name}")
        if block in accesses:
            accesses[block] += count
    return {block.name: accesses[block.name] / max(1, block.nbytes) for block in found.blocks}


def hottest(blocks: Sequence[Block], density: dict[str, float], room: int) -> list[Block]:
    """Those that are used most, as far as `room` bytes hold them all at every moment."""
    end = max((block.last for block in blocks), default=0) + 2
    used = [0] * end
    found = []
    for block in sorted(blocks, key=lambda block: -density[block.name]):
        moments = range(block.first + 1, block.last + 2)
        if all(used[moment] + block.nbytes <= room for moment in moments):
            found.append(block)
            for moment in moments:
                used[moment] += block.nbytes
    return found
