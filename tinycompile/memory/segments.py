"""Which layers run together, row by row: the fastest ways through a program, by what they need of memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from math import inf

import numpy as np

from tinycompile.memory.flow import Flow
from tinycompile.memory.lifetimes import aligned, lifetimes
from tinycompile.memory.overlap import distances
from tinycompile.memory.stages import Stage, stages
from tinycompile.program import Program

LAYER_CALL = 20  # cycles of the call of a whole layer, and of that for a row: measured
ROW_CALL = 100


@dataclass(frozen=True)
class Segment:
    """Layers `first` to `end`, the last not included: one as a whole, or some as rows."""

    first: int
    end: int
    peak: int  # bytes that exist at once, at least
    cycles: float
    rows: bool = False


Path = tuple[Segment, ...]
Cost = Callable[[float, Segment], float]


class Segments:
    """All of them that a program has; what is alive beside each is in its peak.

    Rows are made by the layers of `by_rows`, whole tensors by those of `program`; `cycles` are estimates of
    each of both. `fed` is the storage of the input, if any, that the caller brings line by line.
    """

    def __init__(
        self,
        program: Program,
        by_rows: Program,
        to: int,
        cycles: tuple[Sequence[float], Sequence[float]],
        fed: str | None = None,
    ) -> None:
        self.program, self.to, self.fed = program, to, fed
        self.cycles, self.row_cycles = cycles
        self.stages = stages(by_rows)
        kept = {state.tensor.storage for state in program.states}
        self.blocks = {b.name: b for b in lifetimes(program) if b.name not in kept}
        layers = range(len(program.layers))
        self.reached: dict[
            Segment, int
        ] = {}  # what placing it took, where that was more than its peak
        self.all = [segment for first in layers for segment in self.beginning(first)]

    def beginning(self, first: int) -> Iterator[Segment]:
        if not self.reads_lines(first, first + 1):
            yield self.whole(first)
        if self.stages[first] and (first == 0 or not self.reads_lines(first, len(self.stages))):
            yield from self.rows(first)

    def reads_lines(self, first: int, end: int) -> bool:
        layers = self.program.layers[first:end]
        return any(t.storage == self.fed for layer in layers for t in layer.inputs)

    def whole(self, i: int) -> Segment:
        layer = self.program.layers[i]
        alive = {n: b for n, b in self.blocks.items() if b.first <= i <= b.last and n != self.fed}
        peak = sum(aligned(block.nbytes, self.to) for block in alive.values())
        if near := self.distances(i):
            room = layer.output.nbytes - aligned(min(near.values()), self.to)
            peak -= max(0, min(room, sum(self.blocks[name].nbytes for name in near)))
        peak += aligned(layer.call.scratch, self.to)
        return Segment(i, i + 1, peak, LAYER_CALL + self.cycles[i])

    def distances(self, i: int) -> dict[str, int]:
        """The inputs that the output of a whole layer may run into, and from how far before."""
        layer = self.program.layers[i]
        if len(layer.outputs) != 1 or layer.output.storage not in self.blocks:
            return {}
        ending = {name for name, b in self.blocks.items() if b.last == i and b.first < i}
        return {name: far for name, far in distances(layer).items() if name in ending}

    def flow(self, segment: Segment) -> Flow:
        """That of its layers alone."""
        return Flow.of([stage for stage in self.line(segment.first) if stage.layer < segment.end])

    def line(self, first: int) -> list[Stage]:
        """As many layers from `first` on as can run together."""
        many = takewhile(bool, self.stages[first:])
        found = [stage for of_layer in many for stage in of_layer]
        heights = {name: reads.height for s in found for name, reads in s.inputs}
        if self.fed in heights and self.fed:
            row = self.blocks[self.fed].nbytes // heights[self.fed]
            return [Stage(-1, "", (), self.fed, heights[self.fed], row), *found]
        return found

    def rows(self, first: int) -> Iterator[Segment]:
        """Rows from layer `first` on, up to every layer in turn."""
        flow = Flow.of(self.line(first))
        there = {
            name: block.nbytes // len(flow.read.get(name, [0]))  # of a row
            for name, block in self.blocks.items()
            if block.first < first <= block.last and name != self.fed
        }
        base = sum(self.blocks[name].nbytes for name in there)
        change = np.zeros(len(flow.calls) + 1, np.int64)  # bytes more than at the call before
        count, cycles = 0, 0.0
        for layer, of_layer in groupby(flow.line, lambda stage: stage.layer):
            for stage in of_layer:
                there[stage.output] = stage.row_bytes
                np.add.at(change, flow.born[stage.output], stage.row_bytes)
                count += stage.height
            for name in [name for name in there if self.ends(name, layer)]:
                np.add.at(change, flow.gone(name), -there.pop(name))
            cycles += self.row_cycles[layer] if layer >= 0 else 0
            if layer >= 0 and not self.reads_lines(layer + 1, len(self.stages)):
                peak = base + int(np.cumsum(change).max())
                yield Segment(first, layer + 1, peak, cycles + ROW_CALL * count, True)

    def ends(self, name: str, layer: int) -> bool:
        """Whether nobody needs a tensor, or sums, after `layer`, which has it."""
        return name not in self.blocks or self.blocks[name].last == layer

    def fastest(self, budget: float) -> Path | None:
        """The way of the fewest cycles whose every segment is within `budget`."""
        return self.best(lambda so_far, segment: so_far + segment.cycles, budget)

    def lowest(self) -> Path | None:
        """The fastest of the ways whose highest peak is the lowest."""
        path = self.best(lambda so_far, segment: max(so_far, self.peak((segment,))))
        return path and self.fastest(self.peak(path))

    def peak(self, path: Path) -> int:
        """The highest of a way's segments; where one was placed, what that took."""
        return max((max(s.peak, self.reached.get(s, 0)) for s in path), default=0)

    def best(self, cost: Cost, budget: float = inf) -> Path | None:
        """The way of the least `cost` so far with each segment after the other."""
        into: dict[int, list[Segment]] = {}
        for segment in self.all:
            if self.peak((segment,)) <= budget:
                into.setdefault(segment.end, []).append(segment)
        found: dict[int, tuple[float, Path]] = {0: (0.0, ())}
        for end in range(1, len(self.stages) + 1):
            ways = [
                (cost(found[s.first][0], s), (*found[s.first][1], s))
                for s in into.get(end, [])
                if s.first in found
            ]
            if ways:
                found[end] = min(ways, key=lambda way: way[0])
        return found[len(self.stages)][1] if len(self.stages) in found else None
