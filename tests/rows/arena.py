"""An interpreter of plans: bytes that remember which row of which tensor was written to them last."""

import numpy as np

from tinycompile.memory import MemoryPlan
from tinycompile.memory.stages import Stage
from tinycompile.memory.together import Together
from tinycompile.program import Layer, Program, Tensor

Tag = tuple[str, int]  # a tensor's storage and a row


class Arena:
    """What a run of `program` by `plan` reads must be what was written, or it fails."""

    def __init__(self, program: Program, plan: MemoryPlan) -> None:
        self.program, self.plan = program, plan
        self.bytes = np.full(plan.arena_bytes, None, object)
        self.heights = {
            name: len(rows) for group in plan.together for name, rows in group.offsets.items()
        }

    def run(self, fed: str | None = None) -> None:
        for t in self.program.inputs:
            if t.storage != fed:
                self.write_whole(t)
        groups = {group.first: group for group in self.plan.together}
        ends = {i for group in self.plan.together for i in range(group.first + 1, group.end)}
        for i, layer in enumerate(self.program.layers):
            if i in groups:
                self.run_rows(groups[i])
            elif i not in ends:
                self.run_layer(layer)
        for t in self.program.outputs:
            self.check_whole(t)

    def span(self, offset: int, nbytes: int) -> slice:
        assert offset >= 0 and offset + nbytes <= len(self.bytes), "outside of the arena"
        return slice(offset, offset + nbytes)

    def rows(self, t: Tensor) -> list[tuple[slice, Tag]]:
        """Where each row of a whole tensor is."""
        count = self.heights.get(t.storage, 1)
        size, start = t.nbytes // count, self.plan.offsets[t.storage]
        return [(self.span(start + y * size, size), (t.storage, y)) for y in range(count)]

    def write_whole(self, t: Tensor) -> None:
        for where, tag in self.rows(t):
            self.bytes[where] = [tag] * (where.stop - where.start)

    def check_whole(self, t: Tensor) -> None:
        for where, tag in self.rows(t):
            assert set(self.bytes[where]) == {tag}, f"{tag} is {set(self.bytes[where])}"

    def run_layer(self, layer: Layer) -> None:
        """A whole layer may use its scratch, then read, write, read again."""
        if layer.name in self.plan.scratch:
            where = self.span(self.plan.scratch[layer.name], layer.call.scratch)
            self.bytes[where] = "scratch"
        for t in layer.inputs:
            self.check_whole(t)
        for t in layer.outputs:
            self.write_whole(t)
        for t in layer.inputs:
            self.check_whole(t)
        if layer.name in self.plan.scratch:
            assert set(self.bytes[where]) == {"scratch"}

    def run_rows(self, group: Together) -> None:
        made: dict[str, int] = {}
        for i, y in group.flow.calls:
            stage = group.flow.line[i]
            assert made.get(stage.output, 0) == y, "rows are made in order"
            made[stage.output] = y + 1
            self.call(group, stage, y)

    def call(self, group: Together, stage: Stage, y: int) -> None:
        read = [
            self.row(group, stage_of(group, name), name, row)
            for name, reads in stage.inputs
            for row in reads.rows(y)
            if row is not None
        ]
        if stage.sums and y:
            read.append(self.row(group, stage, stage.output, y - 1))
        for where, tag in read:
            assert set(self.bytes[where]) == {tag}, f"{tag} is {set(self.bytes[where])}"
        scratch = self.span(group.scratch or 0, stage.scratch)
        self.bytes[scratch] = "scratch"
        where, tag = self.row(group, stage, stage.output, y)
        self.bytes[where] = [tag] * (where.stop - where.start)
        for there, of in read:
            if of[0] != stage.output:
                assert set(self.bytes[there]) == {of}, f"{tag} lies over {of}, which is being read"
        assert set(self.bytes[scratch]) <= {"scratch"}

    def row(self, group: Together, stage: Stage | None, name: str, y: int) -> tuple[slice, Tag]:
        offsets = group.offsets[name]
        size = stage.row_bytes if stage else self.nbytes(name) // len(offsets)
        return self.span(offsets[min(y, len(offsets) - 1)], size), (name, y)

    def nbytes(self, storage: str) -> int:
        return next(t.nbytes for t in self.program.tensors.values() if t.storage == storage)


def stage_of(group: Together, name: str) -> Stage | None:
    return next((stage for stage in group.flow.line if stage.output == name), None)
