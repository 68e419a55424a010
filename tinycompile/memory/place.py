"""Offsets for blocks of bytes with lifetimes, so that the arena is small."""

from collections.abc import Callable, Iterable

from tinycompile.memory.lifetimes import Block, most_alive


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
