"""The part of NAME.c for layers that run together: tables of where each row lies, and which layer is next."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tinycompile.codegen.c import comment, table
from tinycompile.codegen.names import Names
from tinycompile.memory.stages import Stage
from tinycompile.memory.together import Together
from tinycompile.program import Program

PADDING = 0xFFFF  # TC_PADDING


@dataclass(frozen=True)
class Table:
    """Where rows of a tensor lie, with padding around them; the first row is the entry `start`."""

    name: str
    values: list[int]
    start: int

    def at(self, entry: int) -> str:
        return f"{self.name} + {entry}" if entry else self.name


@dataclass(frozen=True)
class Rows:
    """The C of one group of layers."""

    group: Together
    program: Program
    names: Names

    @property
    def name(self) -> str:
        """Of the function that runs it, and of its tables."""
        return f"rows{self.group.first:02}_to_{self.group.end - 1:02}"

    def text(self) -> str:
        line, calls = self.group.flow.line, self.group.flow.calls
        stages = "".join(f"    {self.stage(stage)}\n" for stage in line)
        schedule = np.array([i for i, _ in calls], np.uint8)
        numbers = f"{len(calls)}, {self.group.shift}, {int(self.group.counter_bytes > 1)}"
        return (
            f"{self.drawing()}"
            f"{''.join(self.constant(t.name, np.array(t.values, np.uint16)) for t in self.tables.values())}"
            f"{self.constant(f'{self.name}_schedule', schedule)}"
            f"static const struct tc_stage {self.name}_stages[{len(line)}] = {{\n{stages}}};\n"
            f"static const struct tc_rows {self.name}_plan = {{\n"
            f"    {self.name}_stages, {self.name}_schedule, {numbers},\n}};\n\n"
            f"{self.function() if self.group.state is None else ''}"
        )

    def constant(self, name: str, values: np.ndarray) -> str:
        return f"TC_WEIGHTS {table(name, values)}"

    def function(self) -> str:
        counters = self.group.counter_bytes * len(self.group.flow.line)
        return (
            f"TC_LAYER void {self.name}(int8_t *arena)\n{{\n"
            f"    uint8_t made[{counters}] = {{0}}; /* rows of each stage so far */\n"
            f"    const int8_t *rows[{self.group.pointers}];\n"
            f"    (void)tc_run_rows(&{self.name}_plan, 0, made, arena, rows);\n}}\n"
        )

    def drawing(self) -> str:
        """A comment: the stages, and how many rows of what they make are there at once."""
        flow, first, last = self.group.flow, self.group.first, self.group.end - 1
        lines = [
            f"/* Layers {first} to {last} run together: {len(flow.calls)} calls, each makes a row.",
            " *",
        ]
        for stage in flow.line:
            for name, reads in stage.inputs:
                if name not in flow.born:
                    lines.append(
                        f" *   {reads.height:4} rows of {self.called(name)}, all of them there"
                    )
            made = f"{stage.height:4} rows of {stage.row_bytes} bytes: {self.called(stage.output)}"
            rows, there = len(flow.born[stage.output]), flow.most(stage.output)
            stay = "all of them stay" if self.stays(stage.output) else f"{there} of {rows} at once"
            lines += [f" *        | {self.title(stage)}", f" *   {made}, {stay}"]
        return "\n".join(lines) + "\n */\n"

    def stays(self, name: str) -> bool:
        """Whether the tensor is there as a whole in the end."""
        readers = self.program.layers[self.group.end :]
        outputs = {t.storage for t in self.program.outputs}
        return name in outputs or any(t.storage == name for item in readers for t in item.inputs)

    def title(self, stage: Stage) -> str:
        if stage.layer < 0:
            return "brought by the caller, line by line"
        return f"{stage.function}: {comment(self.program.layers[stage.layer].title)}"

    def called(self, storage: str) -> str:
        """The identifier of the tensor that lies in `storage`; sums are called after their layer."""
        tensor = next((t for t in self.program.tensors.values() if t.storage == storage), None)
        return self.names.tensors[tensor.name] if tensor else storage.replace(" ", "_")

    @cached_property
    def tables(self) -> dict[tuple[str, tuple[int, ...]], Table]:
        """By tensor and the order in which its rows are read."""
        found: dict[tuple[str, tuple[int, ...]], Table] = {}
        for stage in self.group.flow.line:
            for name, reads in stage.inputs:
                self.add(found, name, reads.order)
            self.add(found, stage.output, tuple(range(stage.height)))
        return found

    def add(
        self, found: dict[tuple[str, tuple[int, ...]], Table], name: str, order: tuple[int, ...]
    ) -> None:
        if (name, order) in found:
            return
        others = sum(of == name for of, _ in found)
        before, after = self.margins(name, order)
        offsets = self.group.offsets[name]
        rows = [offsets[min(row, len(offsets) - 1)] >> (self.group.shift or 0) for row in order]
        values = [PADDING] * before + rows + [PADDING] * after
        called = f"{self.name}_{self.called(name)}" + f"_{others + 1}" * bool(others)
        found[name, order] = Table(called, values, before)

    def margins(self, name: str, order: tuple[int, ...]) -> tuple[int, int]:
        """How much padding is read before the first row and behind the last one."""
        before = after = 0
        for stage in self.group.flow.line:
            if stage.sums and stage.output == name:
                before = 1  # no sums were made before the first
            for of, reads in stage.inputs:
                if (of, reads.order) == (name, order):
                    before = max(before, reads.pad)
                    last = (stage.height - 1) * reads.stride - reads.pad
                    after = max(after, last + (reads.taps - 1) * reads.dilation - len(order) + 1)
        return before, after

    def stage(self, stage: Stage) -> str:
        made = self.tables[stage.output, tuple(range(stage.height))]
        if stage.layer < 0:
            return f"{{NULL, NULL, NULL, {made.at(made.start)}, 0, 0, 0, 0, TC_PADDING}},"
        read = list(self.read(stage))
        if stage.sums:
            read.append(made.at(made.start - 1))  # what was made before
        like = stage.inputs[0][1]
        layer = self.program.layers[stage.layer]
        params = f"&{self.names.prefix}_{layer.name}"
        scratch = self.group.scratch_in_units if stage.scratch else "TC_PADDING"
        numbers = f"{len(read)}, {like.taps}, {like.stride}, {like.dilation}, {scratch}"
        inputs = f"(const uint16_t *const[]){{{', '.join(read)}}}"
        return f"{{{stage.function}, {params},\n     {inputs}, {made.at(made.start)},\n     {numbers}}},"

    def read(self, stage: Stage) -> Iterator[str]:
        for name, reads in stage.inputs:
            of = self.tables[name, reads.order]
            yield of.at(of.start - reads.pad)
