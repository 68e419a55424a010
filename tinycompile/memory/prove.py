"""Whether a smaller arena exists at all: every way to stack the blocks is tried, or shown not to fit.

Of two blocks that may not meet one lies below the other; which one is a decision. Decisions and the size of
the arena bound every offset from both sides, which decides other pairs or shows that there is no way. Where
the search ends without one, the arena at hand is proved to be the smallest.
"""

from collections.abc import Sequence
from enum import Enum

from tinycompile.memory.lifetimes import Block
from tinycompile.memory.overlap import Overlaps
from tinycompile.memory.place import Blocks, place

QUICK = 100_000  # the work of `place` before anything is proved: a tenth of a second
PAIRS = 2_000  # of blocks that may meet: of more nothing is tried
TRIED = 2_000  # decisions, before it is given up
DEEPEST = 300  # decisions, one upon the other


class Verdict(Enum):
    IMPOSSIBLE = "there is no smaller arena"
    UNKNOWN = "none was found"


def settled(
    blocks: Sequence[Block], overlaps: Overlaps, least: int, work: int
) -> tuple[dict[str, int], int]:
    """The offsets of `blocks`, and what no arena can be smaller than: `least`, or more if that is proved."""
    known = Blocks(blocks, overlaps)
    offsets = list(place(blocks, overlaps, least, min(work, QUICK)).values())
    if work and known.end(offsets) > least:
        offsets, proved = smallest(known, offsets)
        if proved:
            least = known.end(offsets)
    if known.end(offsets) > least:
        more = list(place(blocks, overlaps, least, work).values())
        offsets = min(offsets, more, key=known.end)
    return {block.name: at for block, at in zip(blocks, offsets, strict=True)}, least


def smallest(blocks: Blocks, offsets: list[int]) -> tuple[list[int], bool]:
    """Offsets of the smallest arena, and whether it is proved to be; `offsets` are good ones already."""
    while True:
        found = smaller(blocks, blocks.end(offsets) - 1)
        if isinstance(found, Verdict):
            return offsets, found is Verdict.IMPOSSIBLE
        offsets = found


def smaller(blocks: Blocks, limit: int) -> list[int] | Verdict:
    """Offsets in an arena of at most `limit` bytes."""
    high = [limit - block.nbytes for block in blocks.blocks]
    if min(high, default=0) < 0:
        return Verdict.IMPOSSIBLE
    if sum(map(len, blocks.near)) > 2 * PAIRS:
        return Verdict.UNKNOWN
    return _Search(blocks).stacked([0] * len(high), high, {}, range(len(high)))


class _Search:
    def __init__(self, blocks: Blocks) -> None:
        self.near = blocks.near
        self.left = TRIED

    def stacked(
        self,
        low: list[int],
        high: list[int],
        below: dict[tuple[int, int], bool],
        changed: Sequence[int],
        depth: int = 0,
    ) -> list[int] | Verdict:
        """Offsets between `low` and `high`, those of pairs decided as `below` says; `changed` is new."""
        if not self.narrow(low, high, below, list(changed)):
            return Verdict.IMPOSSIBLE
        pair = self.open(low, high, below)
        if pair is None:
            return low
        verdict = Verdict.IMPOSSIBLE
        i, j = pair
        for first in (low[i] <= low[j], low[i] > low[j]):
            if self.left == 0 or depth == DEEPEST:
                return Verdict.UNKNOWN
            self.left -= 1
            decided = below | {(i, j): first, (j, i): not first}
            found = self.stacked([*low], [*high], decided, pair, depth + 1)
            if isinstance(found, list):
                return found
            if found is Verdict.UNKNOWN:
                verdict = found
        return verdict

    def narrow(
        self, low: list[int], high: list[int], below: dict[tuple[int, int], bool], queue: list[int]
    ) -> bool:
        """Decide what has only one way left, and bound offsets by what is decided; False if there is none."""
        waiting = set(queue)
        while queue:
            i = queue.pop()
            waiting.discard(i)
            for j, up, down in self.near[i]:
                is_below = below.get((i, j))
                if is_below is None:
                    may_be_below = low[i] + up <= high[j]
                    may_be_above = low[j] + down <= high[i]
                    if may_be_below and may_be_above:
                        continue
                    if not may_be_below and not may_be_above:
                        return False
                    is_below = below[i, j] = may_be_below
                    below[j, i] = may_be_above
                lower, upper, gap = (i, j, up) if is_below else (j, i, down)
                if low[lower] + gap > low[upper]:
                    low[upper] = low[lower] + gap
                    if upper not in waiting:
                        waiting.add(upper)
                        queue.append(upper)
                if high[upper] - gap < high[lower]:
                    high[lower] = high[upper] - gap
                    if lower not in waiting:
                        waiting.add(lower)
                        queue.append(lower)
                if low[upper] > high[upper] or low[lower] > high[lower]:
                    return False
        return True

    def open(
        self, low: list[int], high: list[int], below: dict[tuple[int, int], bool]
    ) -> tuple[int, int] | None:
        """The pair that meets at the lowest offsets and has least room to be parted."""
        best: tuple[int, tuple[int, int]] | None = None
        for i, near in enumerate(self.near):
            for j, up, down in near:
                if i < j and (i, j) not in below:
                    if low[i] + up <= low[j] or low[j] + down <= low[i]:
                        continue  # apart as they are
                    room = high[j] - low[i] - up + high[i] - low[j] - down
                    if best is None or room < best[0]:
                        best = room, (i, j)
        return best and best[1]
