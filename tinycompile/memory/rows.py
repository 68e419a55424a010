"""Plans in which layers run together: the fastest that fits a budget, the smallest, all that are worth it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tinycompile.memory import MemoryPlan, place_states
from tinycompile.memory.lifetimes import Block, aligned, alignment, lifetimes, most_alive
from tinycompile.memory.place import WORK, place
from tinycompile.memory.segments import Path, Segment, Segments, Variant
from tinycompile.memory.stages import row_form
from tinycompile.memory.timeline import Timeline, row_name, scratch_name
from tinycompile.memory.together import Together
from tinycompile.program import Layer, Program

ROUGH = 5  # a plan that may not be the last gets so small a part of the work
TOO_MUCH = 1 << 40  # bytes: of a plan that tables in C have no room for
TRIES = 20  # ways that are placed for one budget


@dataclass(frozen=True)
class Candidate:
    """A way through the program, placed: `reached` is where the memory of each of its segments ends."""

    path: Path
    timeline: Timeline
    blocks: tuple[Block, ...]
    offsets: dict[str, int]
    reached: tuple[int, ...]

    @property
    def arena_bytes(self) -> int:
        return max(self.reached)

    @property
    def cycles(self) -> float:
        return sum(segment.cycles for segment in self.path)


class Rows:
    """All plans of a network for whose layers there are `variants`.

    `fed` is the storage of an input that comes line by line. `work` is as for `place`.
    """

    def __init__(
        self, variants: Sequence[Variant], fed: str | None = None, work: int = WORK
    ) -> None:
        self.fast, self.fed, self.work = variants[0].program, fed, work
        self.to = max(alignment(variant.program) for variant in variants)
        self.states, self.state_bytes = place_states(self.fast, self.to)
        self.segments = Segments(variants, self.to, fed)

    def within(self, budget: float) -> Candidate | None:
        """The fastest whose arena fits `budget`, of those that are found."""
        self.segments.reached.clear()
        for _ in range(TRIES):
            path = self.segments.fastest(budget - self.state_bytes)
            if path is None:
                return None
            found = self.candidate(path, self.work // ROUGH)
            if found.arena_bytes <= budget:
                return found
            self.blame(found, budget)
        return None

    def smallest(self) -> Candidate | None:
        """None where no way brings in the input line by line."""
        best: Candidate | None = None
        self.segments.reached.clear()
        for _ in range(TRIES):
            path = self.segments.lowest()
            if path is None or (
                best and self.segments.peak(path) + self.state_bytes >= best.arena_bytes
            ):
                break
            found = self.candidate(path, self.work)
            if best is None or found.arena_bytes < best.arena_bytes:
                best = found
            self.blame(found, found.arena_bytes - 1)
        return best if best and best.arena_bytes < TOO_MUCH else None

    def front(self) -> Iterator[Candidate]:
        """From the fastest to the smallest: each is slower than the one before, and needs less."""
        budget: float = TOO_MUCH - 1
        while found := self.within(budget):
            yield found
            budget = found.arena_bytes - 1

    def blame(self, found: Candidate, budget: float) -> None:
        """Note for the segments that went beyond `budget` that they do: those of rows, if there are any."""
        beyond = [
            (segment, reached)
            for segment, reached in zip(found.path, found.reached, strict=True)
            if reached > budget
        ]
        for segment, reached in [pair for pair in beyond if pair[0].rows] or beyond:
            self.segments.reached[segment] = reached - self.state_bytes

    def candidate(self, path: Path, work: int) -> Candidate:
        timeline = Timeline(self.segments, path)
        blocks, overlaps = timeline.blocks(self.to)
        placed = place(blocks, overlaps, timeline.least(), work)
        offsets = {name: self.state_bytes + at for name, at in placed.items()}
        reached = tuple(
            max(
                (
                    offsets[b.name] + b.nbytes
                    for b in blocks
                    if b.first < span.stop and b.last >= span.start
                ),
                default=self.state_bytes,
            )
            + self.progress_bytes(segment)
            for segment, span in zip(path, timeline.spans, strict=True)
        )
        found = Candidate(path, timeline, tuple(blocks), offsets, reached)
        unfit = {group.first for group in self.together(found) if not group.fits}
        reached = tuple(
            TOO_MUCH if segment.rows and segment.first in unfit else end
            for segment, end in zip(path, reached, strict=True)
        )
        return replace(found, reached=reached)

    def progress_bytes(self, segment: Segment) -> int:
        """What the state takes of who brings lines; it lies behind all else."""
        if not self.fed or segment.first or not segment.rows:
            return 0
        return aligned(
            Together(0, segment.end, self.segments.flow(segment), {}, {}).state_bytes, self.to
        )

    def plan(self, found: Candidate) -> tuple[Program, MemoryPlan]:
        """The layers, and where everything lies."""
        layers = list(self.fast.layers)
        for segment in found.path:
            layers[segment.first : segment.end] = self.layers(segment)
        program = replace(self.fast, layers=layers)
        blocks = set(self.segments.blocks)
        tensors = [block for block in lifetimes(program) if block.name in blocks]
        names = {f"scratch of {layer.name}": layer.name for layer in layers}
        scratch = {
            names[block.name]: found.offsets[block.name]
            for block in found.timeline.scratch
            if block.name in names
        }
        whole = {name: found.offsets[name] for name in blocks - found.timeline.inner}
        return program, MemoryPlan(
            offsets=self.states | whole,
            scratch=scratch,
            arena_bytes=found.arena_bytes,
            least_bytes=min(found.arena_bytes, self.state_bytes + found.timeline.least()),
            live_bytes=self.state_bytes + most_alive(tensors),
            scratch_bytes=max(
                (aligned(b.nbytes, self.to) for b in found.timeline.scratch), default=0
            ),
            state_bytes=self.state_bytes,
            alignment=self.to,
            together=tuple(self.together(found)),
        )

    def layers(self, segment: Segment) -> Sequence[Layer]:
        of = self.segments.variants[segment.variant].program
        return of.layers[segment.first : segment.end]

    def together(self, found: Candidate) -> Iterator[Together]:
        for segment, flow in found.timeline.flows:
            names = {name for stage in flow.line for name, _ in stage.inputs} | flow.born.keys()
            offsets = {name: self.row_offsets(found, name, len(flow.read[name])) for name in names}
            params = {
                i: form.params
                for i, layer in enumerate(self.layers(segment), segment.first)
                if (form := row_form(layer))
            }
            end = found.arena_bytes - self.progress_bytes(segment)
            state = end if self.progress_bytes(segment) else None
            scratch = found.offsets.get(scratch_name(segment))
            yield Together(segment.first, segment.end, flow, offsets, params, state, scratch)

    def row_offsets(self, found: Candidate, name: str, rows: int) -> tuple[int, ...]:
        if name in found.timeline.inner:
            return tuple(found.offsets[row_name(name, y)] for y in range(rows))
        row = self.segments.blocks[name].nbytes // rows
        return tuple(found.offsets[name] + y * row for y in range(rows))
