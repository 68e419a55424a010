"""A program that runs the models of a library in turn, in one arena, on inputs from a file."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tinycompile.codegen.names import Names
from tinycompile.linking import Linked
from tinycompile.pipeline import Compiled
from tinycompile.simulate import build, harness, qemu, verify
from tinycompile.simulate.build import find_compiler
from tinycompile.simulate.harness import Arrays
from tinycompile.target import Target

RUNS = 4

TEMPLATE = """\
#include "{name}.h"

#include "semihosting.h"

#include <stdint.h>

static int64_t arena[({macro}_ARENA_BYTES + 7) / 8];

static void read(int file, void *to, size_t count)
{{
    if (sh_read(file, to, count) != count) {{
        sh_exit(2);
    }}
}}

static void write(int file, const void *from, size_t count)
{{
    if (sh_write(file, from, count) != count) {{
        sh_exit(3);
    }}
}}

int main(void)
{{
    const int in = sh_open("inputs.bin", 0), out = sh_open("outputs.bin", 1);
{resets}
    for (int run = 0; run < {runs}; run++) {{
{body}
    }}
    return sh_close(out);
}}
"""


def source(library: Linked) -> str:
    lines, resets = [], []
    for one in library.models:
        names = Names.of(one.program)
        resets += [f"{names.prefix}_reset(arena);"] * bool(one.program.states)
        lines += [
            f"read(in, {a}(arena), {a.upper()}_COUNT * sizeof *{a}(arena));" for a in names.inputs
        ]
        lines.append(f"{names.prefix}_run(arena);")
        lines += [
            f"write(out, {a}(arena), {a.upper()}_COUNT * sizeof *{a}(arena));"
            for a in names.outputs
        ]
    return TEMPLATE.format(
        name=library.name,
        macro=library.name.upper(),
        resets="\n".join(f"    {line}" for line in resets),
        runs=RUNS,
        body="\n".join(f"        {line}" for line in lines),
    )


def compiled(
    sources: Sequence[Path], flags: Sequence[str], target: Target, folder: Path
) -> list[Path]:
    """Objects of the `sources`, which an export lists, with the `flags` that it says and no others."""
    folder.mkdir()
    units = [folder / f"{i}.o" for i in range(len(sources))]
    common = [find_compiler(target), "-O2", *target.cflags, *flags, "-c"]
    for source_, unit in zip(sources, units, strict=True):
        subprocess.run([*common, str(source_), "-o", str(unit)], check=True)
    return units


def run_in_qemu(
    library: Linked, units: Sequence[Path], includes: Sequence[Path], folder: Path
) -> None:
    """Objects or archives, `units`, become firmware that sees the headers in `includes`, run in `folder`."""
    target = library.models[0].target
    (folder / "main.c").write_text(source(library))
    own = build.compile_objects(
        [folder / "main.c", *build._START_UP],
        includes,
        folder / "own",
        compiler=find_compiler(target),
        flags=["-O2", *target.cflags],
    )
    command = [
        find_compiler(target),
        *target.cflags,
        f"-L{build.FIRMWARE}",
        f"-T{target.machine}.ld",
    ]
    command += ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections"]
    subprocess.run([*command, *own, *units, "-lm", "-o", folder / "firmware.elf"], check=True)
    qemu.run(folder / "firmware.elf", target, cwd=folder, timeout=60)


class Expected:
    """What each of `models` makes of random inputs when it is alone."""

    def __init__(self, models: Sequence[Compiled], folder: Path) -> None:
        self.models = models
        self.inputs = [verify.random_inputs(one, RUNS, seed=3) for one in models]
        self.outputs = []
        for one, arrays in zip(models, self.inputs, strict=True):
            (folder / one.program.name).mkdir(parents=True)
            self.outputs.append(harness.run_on_host(one, arrays, folder / one.program.name))

    def bytes_of(self, kind: str, of: list[list[Arrays]]) -> bytes:
        """As the program reads inputs, or writes outputs: run after run, model after model."""
        parts = []
        for run in range(RUNS):
            for one, arrays in zip(self.models, of, strict=True):
                for t in getattr(one.program, kind):
                    parts.append(np.ascontiguousarray(arrays[run][t.name], t.dtype).tobytes())
        return b"".join(parts)

    def write_inputs(self, folder: Path) -> None:
        (folder / "inputs.bin").write_bytes(self.bytes_of("inputs", self.inputs))

    def check(self, folder: Path) -> None:
        """The program that ran in `folder` made the same."""
        expected = self.bytes_of("outputs", self.outputs)
        assert (folder / "outputs.bin").read_bytes() == expected
        assert len(set(expected)) > 2
