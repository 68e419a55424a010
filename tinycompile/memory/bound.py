"""What no arena can be smaller than: the bytes alive at once, what may be shared counted once."""

from collections.abc import Sequence

from tinycompile.memory.lifetimes import Block
from tinycompile.memory.overlap import Overlaps


def least(blocks: Sequence[Block], overlaps: Overlaps) -> int:
    """The largest sum of `blocks` alive at one time, in bytes."""
    into: dict[str, list[str]] = {}
    for made, dying in overlaps:
        into.setdefault(made, []).append(dying)
    sizes = {block.name: block.nbytes for block in blocks}
    highest = 0
    for moment in sorted({block.first for block in blocks}):
        alive = {block.name for block in blocks if block.first <= moment <= block.last}
        total = sum(sizes[name] for name in alive)
        for block in blocks:
            if block.first == moment and block.name in into:
                total -= shared(block, into[block.name], sizes, overlaps)
        highest = max(highest, total)
    return highest


def shared(made: Block, dying: list[str], sizes: dict[str, int], overlaps: Overlaps) -> int:
    """The most bytes that `made` has in common with the blocks it may run into.

    Its first ones, up to the smallest distance, are its own; and the others cannot hold more than they are.
    """
    own = min(overlaps[made.name, name] for name in dying)
    return min(max(0, made.nbytes - own), sum(sizes[name] for name in dying))
