"""A program that runs a generated library on inputs from a file, on the host or a simulated core.

Everything runs twice, the arena filled with other noise each time and aligned to no more than the header asks
for: a byte that is read before it was written makes a difference, which is an error here.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinycompile.codegen import regions
from tinycompile.codegen.folder import fill
from tinycompile.codegen.model import runs
from tinycompile.codegen.names import Names
from tinycompile.codegen.project import library_sources
from tinycompile.errors import SimulationError
from tinycompile.memory.region import Region
from tinycompile.memory.together import Together
from tinycompile.pipeline import Compiled
from tinycompile.program import Tensor
from tinycompile.simulate import build, qemu, row_trace

Arrays = dict[str, np.ndarray]  # by Tensor.name

INPUTS, OUTPUTS = "inputs.bin", "outputs.bin"
PASSES = 2

TEMPLATE = """\
/* For every set of inputs in the file: reads, runs, writes what was asked for; again on other noise. */
#include "{name}.c"
#include "semihosting.h"

static char memory[{alignment} + {bytes}] __attribute__((aligned(16)));
static char *const arena = memory + {alignment};

{regions}
static void fill(uint32_t noise)
{{
    for (uint32_t i = {kept}; i < {bytes}; i++) {{
        noise = noise * 1664525u + 1013904223u;
        arena[i] = (char)(noise >> 24);
    }}
{noise}}}

static void copy_in(int file, uint32_t offset, uint32_t count)
{{
    if (sh_read(file, arena + offset, count) != count) {{
        sh_exit(2);
    }}
}}

static void write_out(int file, const void *from, uint32_t count)
{{
    if (sh_write(file, from, count) != count) {{
        sh_exit(3);
    }}
}}

static void copy_out(int file, uint32_t offset, uint32_t count)
{{
    write_out(file, arena + offset, count);
}}
{rows}
int main(void)
{{
    const int out = sh_open("{outputs}", 1);
    for (uint32_t pass = 0; pass < {passes}; pass++) {{
        const int in = sh_open("{inputs}", 0);
        if (in < 0 || out < 0) {{
            return 1;
        }}
{reset}        for (uint32_t run = 0; run < {runs}; run++) {{
            fill({passes} * run + pass);
{body}
        }}
        (void)sh_close(in);
    }}
    return sh_close(out) == 0 ? 0 : 4;
}}
"""


@dataclass(frozen=True)
class Harness:
    """`traced` tensors are written right after the layer that makes them, then the outputs."""

    compiled: Compiled
    runs: int
    traced: tuple[Tensor, ...] = ()

    @property
    def written(self) -> list[Tensor]:
        return [*self.traced, *self.compiled.program.outputs]

    def source(self) -> str:
        program, offsets = self.compiled.program, self.compiled.memory.offsets
        names = Names.of(program)
        traced = {t.name for t in self.traced}
        whole = [t for t in program.inputs if t.storage in offsets]
        lines = [f"copy_in(in, {offsets[t.storage]}, {t.nbytes});" for t in whole]
        lines = lines or ["copy_in(in, 0, 0);"]
        if self.traced:
            lines += self.traced_lines(names, traced)
        elif self.compiled.memory.fed:
            lines += row_trace.by_lines(names)
        else:
            lines.append(f"{names.prefix}_run(arena);")
        lines += [copy_out(t, self.compiled) for t in program.outputs]
        return TEMPLATE.format(
            name=program.name,
            bytes=names.macro("ARENA_BYTES"),
            alignment=names.macro("ARENA_ALIGNMENT"),
            kept=self.compiled.memory.state_offset + self.compiled.memory.state_bytes,
            regions=region_buffers(self.compiled),
            noise="".join(noise_in(region) for region in self.compiled.memory.regions),
            passes=PASSES,
            inputs=INPUTS,
            outputs=OUTPUTS,
            runs=self.runs,
            rows=row_trace.definitions(program, self.groups) if self.traced else "",
            reset=textwrap.indent(reset_call(self.compiled), " " * 4),
            body="\n".join(f"            {line}" for line in lines),
        )

    @property
    def groups(self) -> tuple[Together, ...]:
        return self.compiled.memory.together

    def traced_lines(self, names: Names, traced: set[str]) -> Iterator[str]:
        program = self.compiled.program
        groups = {group.first: group for group in self.groups}
        for first, end in runs(program, self.compiled.memory):
            if first in groups:
                yield from row_trace.lines(groups[first], program, names, traced)
                continue
            for layer in program.layers[first:end]:
                yield f"{layer.name}((int8_t *)arena);"
                made = (t for t in layer.outputs if t.name in traced)
                yield from (copy_out(t, self.compiled) for t in made)

    def sources(self, folder: Path) -> list[Path]:
        """Write the library and the harness into `folder`; what is to be compiled of it."""
        files = self.compiled.files | self.compiled.third_party
        fill(folder, files)
        (folder / "harness.c").write_text(self.source())
        included = f"{self.compiled.program.name}.c"
        others = [folder / name for name in library_sources(files) if name != included]
        return [folder / "harness.c", *others]

    def read(self, folder: Path) -> list[Arrays]:
        """What the program wrote, one dict a run."""
        data = np.fromfile(folder / OUTPUTS, np.int8)
        name, per_run = self.compiled.program.name, sum(t.nbytes for t in self.written)
        expected = PASSES * self.runs * per_run
        if data.size != expected:
            raise SimulationError(f"{name}: {data.size} bytes written, expected {expected}")
        results = []
        for run, (row, again) in enumerate(
            zip(*data.reshape(PASSES, self.runs, per_run), strict=True)
        ):
            arrays, at = {}, 0
            for t in self.written:
                where = slice(at, at := at + t.nbytes)
                if (row[where] != again[where]).any():
                    raise SimulationError(
                        f'{name}: "{t.name}" of run {run} depends on what the arena held before; '
                        "this is a bug in TinyCompile"
                    )
                arrays[t.name] = row[where].view(t.dtype).reshape(t.shape)
            results.append(arrays)
        return results


def reset_call(compiled: Compiled) -> str:
    """What comes before all runs: other memories, the beginning of a stream; runs then follow each other."""
    given = f"    {regions.call(compiled.memory, Names.of(compiled.program))}\n"
    begun = f"    {compiled.program.name}_reset(arena);\n"
    return given * bool(compiled.memory.regions) + begun * bool(compiled.program.states)


def region_buffers(compiled: Compiled) -> str:
    """For the memories beside the arena."""
    return "".join(
        f"static int64_t {regions.word(region)}[({region.nbytes} + 7) / 8];\n"
        for region in compiled.memory.regions
    )


def noise_in(region: Region) -> str:
    word = regions.word(region)
    return (
        f"    for (uint32_t i = 0; i < sizeof {word} / 8; i++) {{\n"
        f"        noise = noise * 1664525u + 1013904223u;\n"
        f"        {word}[i] = noise * (int64_t)0x7fffffff;\n    }}\n"
    )


def copy_out(t: Tensor, compiled: Compiled) -> str:
    plan = compiled.memory
    if region := plan.region_of(t.storage):
        at = f"{regions.base(plan, t.storage).replace('(arena)', '((int8_t *)arena)')}"
        return f"write_out(out, {at} + {region.offsets[t.storage]}, {t.nbytes});"
    return f"copy_out(out, {plan.offsets[t.storage]}, {t.nbytes});"


def write_inputs(compiled: Compiled, inputs: Sequence[Arrays], folder: Path) -> None:
    """The inputs of every run, in the program's layout and order."""
    with (folder / INPUTS).open("wb") as file:
        for arrays in inputs:
            for t in compiled.program.inputs:
                file.write(np.ascontiguousarray(arrays[t.name], t.dtype).tobytes())


def run_on_host(
    compiled: Compiled,
    inputs: Sequence[Arrays],
    folder: Path,
    *,
    sanitize: bool = False,
    compiler: str = "cc",
) -> list[Arrays]:
    """Build in `folder` for the machine that compiles, run; the outputs of each run."""
    harness = Harness(compiled, len(inputs))
    write_inputs(compiled, inputs, folder)
    program = build.build_host(
        harness.sources(folder), [folder], folder / "harness", sanitize=sanitize, compiler=compiler
    )
    build.run_host(program, folder)
    return harness.read(folder)


def trace(
    compiled: Compiled, inputs: Sequence[Arrays], folder: Path, *, sanitize: bool = True
) -> Iterator[Arrays]:
    """What every layer made, and the outputs, run by run: only a stream is in memory as a whole."""
    together = len(inputs) if compiled.program.states else 1
    traced = tuple(t for layer in compiled.program.layers for t in layer.outputs)
    harness = Harness(compiled, together, traced)
    program = build.build_host(
        harness.sources(folder), [folder], folder / "harness", sanitize=sanitize
    )
    for start in range(0, len(inputs), together):
        write_inputs(compiled, inputs[start : start + together], folder)
        build.run_host(program, folder)
        yield from harness.read(folder)


def run_on_target(
    compiled: Compiled, inputs: Sequence[Arrays], folder: Path, *, timeout: float = 300.0
) -> list[Arrays]:
    """The same in QEMU on the target's machine; the outputs of each run."""
    if compiled.target.is_host:
        return run_on_host(compiled, inputs, folder)
    harness = Harness(compiled, len(inputs))
    write_inputs(compiled, inputs, folder)
    elf = folder / "harness.elf"
    build.build_firmware(harness.sources(folder), [folder], compiled.target, elf)
    qemu.run(elf, compiled.target, cwd=folder, timeout=timeout)
    return harness.read(folder)
