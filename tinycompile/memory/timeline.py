"""A way through a program -> blocks: rows of tensors that only one segment sees, and all other tensors.

A tensor that is there as a whole when its segment ends comes to be row by row, and one that dies in a segment
goes row by row: what is not yet there, or no more, leaves room. `Overlaps` say so of blocks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinycompile.memory.flow import Flow
from tinycompile.memory.lifetimes import Block, aligned
from tinycompile.memory.overlap import Overlaps
from tinycompile.memory.segments import Path, Segment, Segments

Life = tuple[int, int]  # first and last time


@dataclass(frozen=True)
class Part:
    """Bytes of a block that come and go together."""

    at: int
    nbytes: int
    first: int
    last: int


class Timeline:
    """When the rows of all tensors are there; a whole layer takes one unit of time, a row another."""

    def __init__(self, segments: Segments, path: Path) -> None:
        self.program, self.segments = segments.program, segments
        self.lives: dict[str, list[Life]] = {}
        self.scratch: list[Block] = []
        self.flows: list[tuple[Segment, Flow]] = []
        self.inner: set[str] = set()  # tensors whose rows lie apart
        self.distances: Overlaps = {}  # of outputs and inputs of whole layers, and of their rows
        self.row_distances: Overlaps = {}
        for t in self.program.inputs:
            if t.storage != segments.fed:
                self.note(t.storage, [-1])
        self.now = 0
        self.spans: list[range] = []  # of the path's segments
        for segment in path:
            begin = self.now
            if segment.rows:
                self.rows(segment, segments.flow(segment))
            else:
                self.whole(segment.first, segment.variant)
            self.spans.append(range(begin, self.now))
        for t in self.program.outputs:
            self.note(t.storage, [self.now])

    def note(self, name: str, times: Sequence[int]) -> None:
        """That the rows of a tensor, or all of it, are there at `times`."""
        known = self.lives.get(name) or [(time, time) for time in times]
        rows = max(len(known), len(times))
        known, times = known * (rows // len(known)), [*times] * (rows // len(times))
        self.lives[name] = [
            (min(first, time), max(last, time))
            for (first, last), time in zip(known, times, strict=True)
        ]

    def whole(self, i: int, variant: int) -> None:
        layer = self.segments.variants[variant].program.layers[i]
        for t in (*layer.inputs, *layer.outputs):
            if t.storage in self.segments.blocks:
                self.note(t.storage, [self.now])
        if layer.call.scratch:
            self.scratch.append(
                Block(f"scratch of {layer.name}", layer.call.scratch, self.now, self.now)
            )
        for storage, distance in self.segments.distances(i, variant).items():
            self.distances[layer.output.storage, storage] = distance
        self.now += 1

    def rows(self, segment: Segment, flow: Flow) -> None:
        for name, born in flow.born.items():
            self.note(name, [self.now + time for time in born])
            ends = name not in self.segments.blocks or self.segments.blocks[name].last < segment.end
            self.inner |= {name} if ends else set()
        for name, read in flow.read.items():
            there = [first for first, _ in self.lives[name]]
            there = there * (len(read) // len(there))
            last = [
                self.now + time if time >= 0 else first
                for time, first in zip(read, there, strict=True)
            ]
            self.note(name, last)
        for stage in flow.line:
            for (name, _), distance in zip(stage.inputs, stage.distances, strict=False):
                if distance is not None:
                    self.row_distances[stage.output, name] = distance
        if flow.scratch:
            end = self.now + len(flow.calls)
            self.scratch.append(Block(scratch_name(segment), flow.scratch, self.now, end - 1))
        self.flows.append((segment, flow))
        self.now += len(flow.calls)

    def nbytes(self, name: str) -> int:
        if name in self.segments.blocks:
            return self.segments.blocks[name].nbytes
        return next(s.row_bytes for _, flow in self.flows for s in flow.line if s.output == name)

    def parts(self, name: str) -> list[Part]:
        """Those of a whole tensor, rows of the same life in one."""
        lives, nbytes = self.lives[name], self.nbytes(name)
        row, found = nbytes // len(lives), list[Part]()
        for y, (first, last) in enumerate(lives):
            if found and (found[-1].first, found[-1].last) == (first, last):
                before = found.pop()
                found.append(Part(before.at, before.nbytes + row, first, last))
            else:
                found.append(Part(y * row, row, first, last))
        return found

    def blocks(self, to: int) -> tuple[list[Block], Overlaps]:
        """What is to be placed at multiples of `to`, and what may overlap."""
        found = [_Placed(b.name, [Part(0, b.nbytes, b.first, b.last)]) for b in self.scratch]
        for name, lives in self.lives.items():
            parts = self.parts(name)
            if name in self.inner:
                row = self.nbytes(name) // len(lives)
                found += [_Placed(name, [Part(0, row, *life)], y) for y, life in enumerate(lives)]
            else:
                found.append(_Placed(name, parts))
        overlaps: Overlaps = {}
        for one, other in neighbours(found):
            for (a, b), far in self.apart(one, other).items():
                overlaps[a, b] = aligned(far, to)
        return [placed.block(to) for placed in found], overlaps

    def least(self) -> int:
        """Bytes that are there at once, those counted once that a row may have in common with others."""
        change: Counter[int] = Counter()
        for part in (p for name in self.lives for p in self.parts(name)):
            change[part.first] += part.nbytes
            change[part.last + 1] -= part.nbytes
        for block in self.scratch:
            change[block.first] += block.nbytes
            change[block.last + 1] -= block.nbytes
        common = self.common()
        highest = there = 0
        for time in sorted(change):
            there += change[time]
            highest = max(highest, there - common.get(time, 0))
        return highest

    def common(self) -> dict[int, int]:
        """The most bytes that what is made may share with what dies then, by time."""
        near: dict[int, list[tuple[int, int, int]]] = {}  # made, dying, distance
        for (made, dying), far in (self.distances | self.row_distances).items():
            ends: Counter[int] = Counter()
            for part in self.parts(dying):
                ends[part.last] += part.nbytes
            for part in self.parts(made):
                if part.first in ends:
                    near.setdefault(part.first, []).append((part.nbytes, ends[part.first], far))
        return {
            time: max(
                0, min(found[0][0] - min(far for *_, far in found), sum(n for _, n, _ in found))
            )
            for time, found in near.items()
        }

    def apart(self, one: "_Placed", other: "_Placed") -> dict[tuple[str, str], int]:
        """How far either must begin before the other, at least; nothing where that is its size."""
        low, high = [], []
        for p in one.parts:
            for q in other.parts:
                if p.first <= q.last and q.first <= p.last:
                    low.append(self.below(one.tensor, p, other.tensor, q))
                    high.append(self.below(other.tensor, q, one.tensor, p))
        ways = {
            (one.name, other.name): max(low, default=0),
            (other.name, one.name): max(high, default=0),
        }
        sizes = {one.name: one.nbytes, other.name: other.nbytes}
        return {pair: far for pair, far in ways.items() if far != sizes[pair[0]]}

    def below(self, one: str, p: Part, other: str, q: Part) -> int:
        """How far one tensor must begin before the other, at least, for `p` of it to lie below `q`."""
        apart = p.at - q.at + p.nbytes
        if p.first != q.last:
            return apart
        # Made when the other is read for the last time.
        far = self.row_distances.get((one, other), p.nbytes)
        return min(apart, p.at - q.at + far, self.distances.get((one, other), apart))


@dataclass(frozen=True)
class _Placed:
    """A tensor as a whole, or a row of it; or scratch."""

    tensor: str
    parts: list[Part]
    row: int | None = None

    @property
    def name(self) -> str:
        return self.tensor if self.row is None else row_name(self.tensor, self.row)

    @property
    def nbytes(self) -> int:
        return self.parts[-1].at + self.parts[-1].nbytes

    @property
    def first(self) -> int:
        return min(part.first for part in self.parts)

    @property
    def last(self) -> int:
        return max(part.last for part in self.parts)

    def block(self, to: int) -> Block:
        return Block(self.name, aligned(self.nbytes, to), self.first, self.last)


def neighbours(placed: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Those that are there at the same time, where that is not for all of the one and the other."""
    alive: list[tuple[int, _Placed]] = []
    for one in sorted(placed, key=lambda placed: placed.first):
        first = one.first
        alive = [(last, other) for last, other in alive if last >= first]
        for last, other in alive:
            if last == first or len(one.parts) + len(other.parts) > 2:
                yield one, other
        alive.append((one.last, one))


def scratch_name(segment: Segment) -> str:
    """Of what the layers of a segment take in turn."""
    return f"scratch of layers {segment.first} to {segment.end}"


def row_name(name: str, y: int) -> str:
    return f"row {y} of {name}"
