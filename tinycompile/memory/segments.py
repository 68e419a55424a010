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
AGAIN = 1.1  # times of a layer that prepares its scratch for each row, against once: measured


@dataclass(frozen=True)
class Segment:
    """Layers `first` to `end`, the last not included: one as a whole, or some as rows.

    They are those of the `variant`, a place in `Segments.variants`.
    """

    first: int
    end: int
    peak: int  # bytes that exist at once, at least
    cycles: float
    variant: int
    rows: bool = False


@dataclass(frozen=True)
class Variant:
    """A program, and what each of its layers takes as a whole: estimated cycles."""

    program: Program
    cycles: Sequence[float]


Path = tuple[Segment, ...]
Cost = Callable[[float, Segment], float]


class Segments:
    """All of them that a program has; what is alive beside each is in its peak.

    The `variants` are the same network by different kernels. `fed` is the storage of the input, if any, that
    the caller brings line by line.
    """

    def __init__(self, variants: Sequence[Variant], to: int, fed: str | None = None) -> None:
        self.variants, self.to, self.fed = variants, to, fed
        self.program = program = variants[0].program
        self.stages = [stages(variant.program) for variant in variants]
        kept = {state.tensor.storage for state in program.states}
        self.blocks = {b.name: b for b in lifetimes(program) if b.name not in kept}
        layers = range(len(program.layers))
        self.reached: dict[
            Segment, int
        ] = {}  # what placing it took, where that was more than its peak
        self.all = [segment for first in layers for segment in self.beginning(first)]

    def beginning(self, first: int) -> Iterator[Segment]:
        layers = len(self.program.layers)
        for variant, of_layers in enumerate(self.stages):
            if not self.reads_lines(first, first + 1) and not self.is_known(
                variant, first, first + 1
            ):
                yield self.whole(first, variant)
            if of_layers[first] and (first == 0 or not self.reads_lines(first, layers)):
                yield from self.rows(first, variant)

    def is_known(self, variant: int, first: int, end: int) -> bool:
        """Whether an earlier variant has the same kernels for these layers."""
        kernels = [
            [layer.kernel.symbol for layer in of.program.layers[first:end]]
            for of in self.variants[: variant + 1]
        ]
        return kernels[-1] in kernels[:-1]

    def reads_lines(self, first: int, end: int) -> bool:
        layers = self.program.layers[first:end]
        return any(t.storage == self.fed for layer in layers for t in layer.inputs)

    def whole(self, i: int, variant: int) -> Segment:
        layer = self.variants[variant].program.layers[i]
        alive = {n: b for n, b in self.blocks.items() if b.first <= i <= b.last and n != self.fed}
        peak = sum(aligned(block.nbytes, self.to) for block in alive.values())
        if near := self.distances(i, variant):
            room = layer.output.nbytes - aligned(min(near.values()), self.to)
            peak -= max(0, min(room, sum(self.blocks[name].nbytes for name in near)))
        peak += aligned(layer.call.scratch, self.to)
        return Segment(i, i + 1, peak, LAYER_CALL + self.variants[variant].cycles[i], variant)

    def distances(self, i: int, variant: int) -> dict[str, int]:
        """The inputs that the output of a whole layer may run into, and from how far before."""
        layer = self.variants[variant].program.layers[i]
        if len(layer.outputs) != 1 or layer.output.storage not in self.blocks:
            return {}
        ending = {name for name, b in self.blocks.items() if b.last == i and b.first < i}
        return {name: far for name, far in distances(layer).items() if name in ending}

    def flow(self, segment: Segment) -> Flow:
        """That of its layers alone."""
        line = self.line(segment.first, segment.variant)
        return Flow.of([stage for stage in line if stage.layer < segment.end])

    def line(self, first: int, variant: int) -> list[Stage]:
        """As many layers from `first` on as can run together."""
        many = takewhile(bool, self.stages[variant][first:])
        found = [stage for of_layer in many for stage in of_layer]
        heights = {name: reads.height for s in found for name, reads in s.inputs}
        if self.fed in heights and self.fed:
            row = self.blocks[self.fed].nbytes // heights[self.fed]
            return [Stage(-1, "", (), self.fed, heights[self.fed], row), *found]
        return found

    def rows(self, first: int, variant: int) -> Iterator[Segment]:
        """Rows from layer `first` on, up to every layer in turn."""
        flow, of_layers = Flow.of(self.line(first, variant)), self.variants[variant].cycles
        there = {
            name: block.nbytes // len(flow.read.get(name, [0]))  # of a row
            for name, block in self.blocks.items()
            if block.first < first <= block.last and name != self.fed
        }
        base = sum(self.blocks[name].nbytes for name in there)
        change = np.zeros(len(flow.calls) + 1, np.int64)  # bytes more than at the call before
        count, cycles, scratch = 0, 0.0, 0
        for layer, of_layer in groupby(flow.line, lambda stage: stage.layer):
            for stage in of_layer:
                there[stage.output] = stage.row_bytes
                np.add.at(change, flow.born[stage.output], stage.row_bytes)
                count += stage.height
                scratch = max(scratch, stage.scratch)
                cycles += of_layers[layer] * (AGAIN - 1) if stage.scratch else 0
            for name in [name for name in there if self.ends(name, layer)]:
                np.add.at(change, flow.gone(name), -there.pop(name))
            cycles += of_layers[layer] if layer >= 0 else 0
            if layer < 0 or self.is_known(variant, first, layer + 1):
                continue
            if not self.reads_lines(layer + 1, len(of_layers)):
                peak = base + int(np.cumsum(change).max()) + aligned(scratch, self.to)
                yield Segment(first, layer + 1, peak, cycles + ROW_CALL * count, variant, True)

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
        layers = len(self.program.layers)
        for end in range(1, layers + 1):
            ways = [
                (cost(found[s.first][0], s), (*found[s.first][1], s))
                for s in into.get(end, [])
                if s.first in found
            ]
            if ways:
                found[end] = min(ways, key=lambda way: way[0])
        return found[layers][1] if layers in found else None
