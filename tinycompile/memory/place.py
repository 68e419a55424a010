"""Offsets for blocks of bytes with lifetimes, so that the arena is small.

First fit, over and over: the blocks are placed one after the other, each as low as those already placed
allow; the order decides how high the arena gets. Several orders are tried, upwards and downwards. Each is
changed a little at random, and kept if the arena got no higher, until the arena is as low as a bound says it
can be or `WORK` is done; the best get the most of it. The same blocks always get the same offsets.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from copy import copy

from tinycompile.memory.lifetimes import Block
from tinycompile.memory.overlap import Overlaps

WORK = 3_000_000  # neighbours looked at: about two seconds
SEED = 15


class Blocks:
    """Blocks and what each may not meet, by their numbers."""

    def __init__(self, blocks: Sequence[Block], overlaps: Overlaps) -> None:
        self.blocks = list(blocks)
        # (other block, least distance of the other above it, least distance above the other)
        self.near: list[list[tuple[int, int, int]]] = [[] for _ in self.blocks]
        alive: list[int] = []
        for i in sorted(range(len(self.blocks)), key=lambda i: self.blocks[i].first):
            block = self.blocks[i]
            alive = [j for j in alive if self.blocks[j].last >= block.first]
            for j in alive:
                other = self.blocks[j]
                up = min(block.nbytes, overlaps.get((block.name, other.name), block.nbytes))
                down = min(other.nbytes, overlaps.get((other.name, block.name), other.nbytes))
                self.near[i].append((j, up, down))
                self.near[j].append((i, down, up))
            alive.append(i)
        self.work = 0

    def first_fit(self, order: Sequence[int], limit: int | None = None) -> list[int] | None:
        """An offset for each block, placed in `order`; None as soon as the arena is larger than `limit`."""
        offsets = [-1] * len(self.blocks)
        for i in order:
            near = self.near[i]
            self.work += len(near)
            taken = [
                (offsets[j] - up, offsets[j] + down) for j, up, down in near if offsets[j] >= 0
            ]
            taken.sort()
            at = 0
            for low, high in taken:
                if at <= low:
                    break
                if at < high:
                    at = high
            offsets[i] = at
            if limit is not None and at + self.blocks[i].nbytes > limit:
                return None
        return offsets

    def mirrored(self) -> "Blocks":
        """The same, to be placed downwards: offsets are from the end of an arena."""
        other, sizes = copy(self), [block.nbytes for block in self.blocks]
        other.near = [
            [(j, down + sizes[i] - sizes[j], up + sizes[j] - sizes[i]) for j, up, down in near]
            for i, near in enumerate(self.near)
        ]
        return other

    def upright(self, offsets: Sequence[int]) -> list[int]:
        """Offsets of blocks that were placed downwards, from the start."""
        end = self.end(offsets)
        return [end - at - b.nbytes for at, b in zip(offsets, self.blocks, strict=True)]

    def end(self, offsets: Sequence[int]) -> int:
        return max((at + b.nbytes for at, b in zip(offsets, self.blocks, strict=True)), default=0)

    def top(self, offsets: Sequence[int]) -> list[int]:
        """The blocks that end where the arena does."""
        end = self.end(offsets)
        return [i for i, b in enumerate(self.blocks) if offsets[i] + b.nbytes == end]


def place(
    blocks: Sequence[Block], overlaps: Overlaps, least: int = 0, work: int = WORK
) -> dict[str, int]:
    """Offsets of `blocks`, of aligned sizes, by their names; `least` is what no arena can be smaller than."""
    up = Blocks(blocks, overlaps)
    down = up.mirrored()
    tries = [Try(known, order) for known in (up, down) for order in orders(blocks)]
    while True:
        tries.sort(key=lambda tried: tried.end)
        left = work - up.work - down.work
        if tries[0].end <= least or left <= 0:
            break
        tries = tries[: (len(tries) + 1) // 2]
        for tried in tries:
            tried.search(least, left // (2 * len(tries)) + 1)
    offsets = tries[0].offsets if tries[0].known is up else up.upright(tries[0].offsets)
    return {block.name: at for block, at in zip(blocks, offsets, strict=True)}


def orders(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """Those to begin with: by size, by time, by both."""
    keys: list[Callable[[Block], tuple[int, ...]]] = [
        lambda b: (-b.first, -b.nbytes),  # what is made last lies lowest: outputs run into inputs
        lambda b: (-b.nbytes, -b.first),
        lambda b: (-b.nbytes, b.first),
        lambda b: (b.first - b.last, -b.nbytes, -b.first),
        lambda b: (b.first - b.last, b.first),
        lambda b: (-b.nbytes * (b.last - b.first + 1), -b.first),
        lambda b: (-b.nbytes * (b.last - b.first + 1), b.first),
        lambda b: (b.first, -b.nbytes),
        lambda b: (
            b.first < 0,
            b.first,
            -b.nbytes,
        ),  # inputs last, above all that they make room for
        lambda b: (b.first < 0, -b.nbytes, b.first),
    ]
    for key in keys:
        yield sorted(range(len(blocks)), key=lambda i: key(blocks[i]))


class Try:
    """An order of blocks, and how high an arena it leads to."""

    def __init__(self, known: Blocks, order: list[int]) -> None:
        self.known, self.order, self.rng = known, order, random.Random(SEED)
        self.offsets = known.first_fit(order) or []
        self.end = known.end(self.offsets)

    def search(self, least: int, work: int) -> None:
        """Change the order for the better, for about so much `work`."""
        until, top = self.known.work + work, self.known.top(self.offsets)
        while self.end > least and self.known.work < until:
            order = moved(self.order, top, self.rng)
            offsets = self.known.first_fit(order, limit=self.end)
            if offsets is not None:
                self.order, self.offsets = order, offsets
                self.end, top = self.known.end(offsets), self.known.top(offsets)


def moved(order: list[int], top: list[int], rng: random.Random) -> list[int]:
    """`order` with a block of the top placed earlier, or any few elsewhere."""
    order = list(order)
    if rng.random() < 0.5:
        at = order.index(rng.choice(top))
        order.insert(rng.randint(0, at), order.pop(at))
        return order
    for _ in range(rng.randint(1, 3)):
        block = order.pop(rng.randrange(len(order)))
        order.insert(rng.randint(0, len(order)), block)
    return order
