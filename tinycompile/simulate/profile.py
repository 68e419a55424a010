"""What each layer of a compiled model costs on its target: instructions, cycles, stack and flash."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinycompile.codegen.folder import fill
from tinycompile.codegen.header import arena
from tinycompile.codegen.model import runs
from tinycompile.codegen.names import Names
from tinycompile.codegen.project import library_sources
from tinycompile.codegen.rows import Rows
from tinycompile.errors import PluginUnavailable, SimulationError
from tinycompile.pipeline import Compiled
from tinycompile.simulate import build, harness, instruction_clock, plugin, qemu, row_trace, size
from tinycompile.simulate.cycles import Core, Cycles, estimate
from tinycompile.simulate.decode import Decoder
from tinycompile.simulate.harness import Arrays
from tinycompile.target import Target

SEED = 0  # of the input, when none is given
TIMEOUT = 300.0  # seconds
MEASURE = build.FIRMWARE / "measure.c"

# Layers stay whole functions of their own names: not inlined, not specialised, not merged.
LAYERS_APART = "-DTC_LAYER=static __attribute__((noipa))"

TEMPLATE = """\
/* Reads an input, runs once, prints how deep the stack went. */
#include "{name}.h"
#include "measure.h"
#include "semihosting.h"
#include <string.h>

{arena}
{run}
int main(void)
{{
    const int in = sh_open("{inputs}", 0);
    if (in < 0) {{
        return 1;
    }}
{reset}{reads}
    measure_run({name}_run, arena);
    return 0;
}}
"""


@dataclass(frozen=True)
class Row:
    """A layer, or what the run function spends itself."""

    name: str  # of its C function
    title: str  # operator and node of the model; "" for the run function
    kernel: str
    macs: int
    instructions: int
    cycles: Cycles | None  # None where there is no cost table for the core


@dataclass(frozen=True)
class Profile:
    model: str
    target: Target
    core: Core | None
    rows: tuple[Row, ...]  # in order, then the run function; none when only the total is known
    instructions: int
    macs: int
    stack_bytes: int | None
    flash_bytes: Mapping[str, int]  # by what takes it
    arena_bytes: int
    notes: tuple[str, ...]

    @property
    def cycles(self) -> Cycles | None:
        """Of all rows together: exactly their sum."""
        known = [row.cycles for row in self.rows if row.cycles]
        if not known:
            return None
        slow = [cycles.flash for cycles in known if cycles.flash is not None]
        return Cycles(sum(cycles.zero_wait for cycles in known), sum(slow) if slow else None)


def profile(
    compiled: Compiled,
    inputs: Arrays | None = None,
    *,
    folder: Path | None = None,
    optimize: str = "-O2",
    timeout: float = TIMEOUT,
    progress: Callable[[str], None] = lambda stage: None,
) -> Profile:
    """Build for the target's QEMU machine, in `folder` if it is to be kept, run once, count.

    Without `inputs` these are random. The counts are exact and always the same; where QEMU cannot have the
    profiler there is only the total. Raises SimulationError, BuildFailed or MissingTool: one line each.
    """
    inputs = inputs or random_input(compiled)
    with tempfile.TemporaryDirectory() as temporary:
        job = _Job(compiled, folder or Path(temporary), optimize, timeout)
        harness.write_inputs(compiled, [inputs], job.folder)
        progress(f"profiling on {compiled.target.machine}")
        try:
            return job.by_layer()
        except PluginUnavailable as error:
            return job.total_only(str(error))


@dataclass(frozen=True)
class _Job:
    compiled: Compiled
    folder: Path
    optimize: str
    timeout: float

    def by_layer(self) -> Profile:
        program, target = self.compiled.program, self.compiled.target
        labels = list(self.labels())
        elf, layers = self.build(), [label[0] for label in labels]
        counted = plugin.count(
            elf, target, f"{program.name}_run", layers, cwd=self.folder, timeout=self.timeout
        )
        core = Core.load(target.cpu)
        decoder = Decoder(elf, target) if core else None
        labels.append((f"{program.name}_run", "", "", 0))
        rows = []
        for label, row in zip(labels, (*counted.rows, counted.function), strict=True):
            cycles = estimate(row, core, decoder, target.flash_timing) if core and decoder else None
            rows.append(Row(*label, row.instructions, cycles))
        notes = () if core else (f"no cycle model for {target.cpu}: instructions only",)
        total = sum(row.instructions for row in rows)
        return self.result(elf, counted.printed, total, tuple(rows), core, notes)

    def labels(self) -> Iterator[tuple[str, str, str, int]]:
        """Of layers, or of those that run together: C function, title, kernel and products."""
        program, plan = self.compiled.program, self.compiled.memory
        groups = {g.first: Rows(g, program, Names.of(program)).name for g in plan.together}
        ours = plan.fed.first if plan.fed else None  # what it spends is the run function's own
        for first, end in runs(program, plan):
            layers = program.layers[first:end]
            macs = sum(layer.call.macs for layer in layers)
            if first == ours:
                continue
            if first in groups:
                title = f"{layers[0].title} to {layers[-1].title}, row by row"
                yield groups[first], title, "tc_run_rows", macs
            else:
                yield layers[0].name, layers[0].title, layers[0].kernel.symbol, macs

    def total_only(self, reason: str) -> Profile:
        """From QEMU's own instruction clock."""
        elf = self.build(instruction_clock.flags(self.compiled.target))
        printed = qemu.run(
            elf,
            self.compiled.target,
            cwd=self.folder,
            timeout=self.timeout,
            options=instruction_clock.OPTIONS,
        )
        total = instruction_clock.instructions(figure(printed, "ticks"), self.compiled.target)
        return self.result(elf, printed, total, notes=(f"{reason}; only the total is known",))

    def build(self, flags: Sequence[str] = ()) -> Path:
        """The firmware; `flags` are the harness's own."""
        program = self.compiled.program
        plan, names = self.compiled.memory, Names.of(program)
        places = [
            ("image" if plan.fed else f"(char *)arena + {plan.offsets[t.storage]}", t.nbytes)
            for t in program.inputs
        ]
        reads = [
            f"    if (sh_read(in, {where}, {nbytes}) != {nbytes}) {{\n        return 2;\n    }}"
            for where, nbytes in places
        ]
        text = TEMPLATE.format(
            name=program.name,
            run=row_trace.whole_run(names) if plan.fed else "",
            arena=f"{arena(plan, names)}\n{harness.region_buffers(self.compiled)}",
            inputs=harness.INPUTS,
            reset=harness.reset_call(self.compiled),
            reads="\n".join(reads),
        )
        library = write_library(self.compiled, self.folder)
        (self.folder / "profile.c").write_text(text)
        return build.build_firmware(
            [self.folder / "profile.c", MEASURE, *library],
            [self.folder],
            self.compiled.target,
            self.folder / "profile.elf",
            optimize=self.optimize,
            flags=[LAYERS_APART, *flags],
        )

    def result(
        self,
        elf: Path,
        printed: str,
        instructions: int,
        rows: tuple[Row, ...] = (),
        core: Core | None = None,
        notes: tuple[str, ...] = (),
    ) -> Profile:
        return Profile(
            model=self.compiled.program.name,
            target=self.compiled.target,
            core=core,
            rows=rows,
            instructions=instructions,
            macs=self.compiled.program.macs,
            stack_bytes=figure(printed, "stack"),
            flash_bytes=flash_bytes(elf, library_sources(files_of(self.compiled))),
            arena_bytes=self.compiled.memory.arena_bytes,
            notes=notes,
        )


def random_input(compiled: Compiled) -> Arrays:
    """Uniform over what integers can be, normal for floats: always the same values."""
    rng = np.random.default_rng(SEED)
    arrays = {}
    for t in compiled.program.inputs:
        if t.dtype == "float32":
            arrays[t.name] = rng.standard_normal(t.shape, np.float32)
        elif t.dtype == "bool":
            arrays[t.name] = rng.integers(0, 2, size=t.shape).astype(t.dtype)
        else:
            info = np.iinfo(t.dtype)
            arrays[t.name] = rng.integers(info.min, info.max + 1, size=t.shape).astype(t.dtype)
    return arrays


def files_of(compiled: Compiled) -> dict[str, str]:
    """The whole library, with CMSIS-NN where firmware is to bring it."""
    return compiled.files | compiled.third_party


def write_library(compiled: Compiled, folder: Path) -> list[Path]:
    """Write the library into `folder`; what is to be compiled of it."""
    files = files_of(compiled)
    fill(folder, files)
    return [folder / name for name in library_sources(files)]


def figure(printed: str, name: str) -> int:
    """What measure.c printed under `name`."""
    found = re.search(rf"^{name} (\d+)$", printed, re.MULTILINE)
    if found is None:
        raise SimulationError(f"the firmware printed no {name}: {printed.strip()!r}")
    return int(found[1])


def flash_bytes(elf: Path, library: Sequence[str]) -> dict[str, int]:
    """Flash by section and origin: what the library brought of what was linked, and all the rest.

    The rest is the C library's functions, start-up and this measurement itself.
    """
    objects = elf.with_suffix(".objects")
    brought: set[tuple[str, str]] = set()
    for name in library:
        compiled = objects / f"{Path(name).stem}.o"
        brought |= {(symbol.name, symbol.kind) for symbol in size.symbols(compiled)}
    found = {"code": 0, "constants": 0}
    for symbol in size.symbols(elf):
        if (symbol.name, symbol.kind) in brought and symbol.kind in found:
            found[symbol.kind] += symbol.size
    return {**found, "other": size.sizes(elf).flash - sum(found.values())}
