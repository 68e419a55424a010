"""The C of many graphs in one sanitized program.

Kernels are built once, into an archive. Every graph runs twice: layer by layer, each layer's output
written down, and through NAME_run on an arena of other noise; a difference shows what is read before it
is written, and tensors that overlap.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.codegen.folder import fill
from tinycompile.kernels import dsp, mve, portable
from tinycompile.pipeline import Compiled
from tinycompile.program import Tensor
from tinycompile.simulate.build import WARNINGS, compile_objects

Arrays = dict[str, NDArray[Any]]
SANITIZED = ["-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
LIMIT = 60.0  # seconds of one graph's runs

GRAPH = """\
#include "{name}.c"
#include "{name}_weights.c"
{generated}#include <stdio.h>
#include <stdlib.h>

int {name}_main(FILE *in, FILE *out, int runs);

static void get(FILE *in, void *data, size_t bytes)
{{
    if (fread(data, 1, bytes, in) != bytes) {{
        exit(21);
    }}
}}

static void put(FILE *out, const void *data, size_t bytes)
{{
    if (fwrite(data, 1, bytes, out) != bytes) {{
        exit(22);
    }}
}}

int {name}_main(FILE *in, FILE *out, int runs)
{{
    const size_t bytes = {macro}_ARENA_BYTES, alignment = {macro}_ARENA_ALIGNMENT;
    /* Aligned to no more than the header asks for, ending where the block ends. */
    char *block = malloc(bytes + alignment), *arena = block + alignment;
    (void)get;
    (void)put;
    for (int pass = 0; pass < 2; pass++) {{
        for (size_t i = 0; i < bytes; i++) {{
            arena[i] = (char)(i * 37 + (pass ? 0x5a : 0xff));
        }}
        rewind(in);
        {reset}
        for (int run = 0; run < runs; run++) {{
{inputs}
            if (pass == 0) {{
{layers}
            }} else {{
                {name}_run(arena);
            }}
{outputs}
        }}
    }}
    free(block);
    return 0;
}}
"""

MAIN = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

{prototypes}

int main(int argc, char **argv)
{{
    FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
    int runs = atoi(argv[4]), status = 99;
    (void)argc;
    if (!in || !out) {{
        return 98;
    }}
{calls}
    fclose(in);
    return fclose(out) ? 97 : status;
}}
"""


@dataclass(frozen=True)
class Subject:
    """A compiled graph and the inputs of its runs, in the program's layout."""

    compiled: Compiled
    inputs: list[Arrays]

    @property
    def name(self) -> str:
        return self.compiled.program.name

    def source(self) -> str:
        program, offsets = self.compiled.program, self.compiled.memory.offsets

        def lines(indent: int, statements: Sequence[str]) -> str:
            return "\n".join(" " * indent + statement for statement in statements)

        def put(tensor: Tensor) -> str:
            return f"put(out, arena + {offsets[tensor.storage]}, {tensor.nbytes});"

        header = self.compiled.files[f"{self.name}.h"]
        macro = re.search(r"#define (\w+)_ARENA_BYTES", header)
        assert macro is not None
        inputs = [f"get(in, arena + {offsets[t.storage]}, {t.nbytes});" for t in program.inputs]
        layers = [
            " ".join([f"{la.name}((int8_t *)arena);", *map(put, la.outputs)])
            for la in program.layers
        ]
        generated = f"{self.name}_generated.c"
        return GRAPH.format(
            name=self.name,
            generated=f'#include "{generated}"\n' * (generated in self.compiled.files),
            macro=macro[1],
            reset=f"{self.name}_reset(arena);" if program.states else "",
            inputs=lines(12, inputs),
            layers=lines(16, layers),
            outputs=lines(12, [put(tensor) for tensor in program.outputs]),
        )

    def write_inputs(self, path: Path) -> None:
        with path.open("wb") as file:
            for arrays in self.inputs:
                for t in self.compiled.program.inputs:
                    file.write(np.ascontiguousarray(arrays[t.name], t.dtype).tobytes())

    def read(self, path: Path) -> "Results":
        data, at = path.read_bytes(), 0

        def take(tensor: Tensor) -> NDArray[Any]:
            nonlocal at
            at += tensor.nbytes
            flat = np.frombuffer(data[at - tensor.nbytes : at], tensor.dtype)
            return flat.reshape(tensor.shape)

        program, results = self.compiled.program, Results([], [], [])
        for outputs in (results.outputs, results.again):
            for _ in self.inputs:
                if outputs is results.outputs:
                    results.layers.append(
                        {t.name: take(t) for la in program.layers for t in la.outputs}
                    )
                outputs.append({tensor.name: take(tensor) for tensor in program.outputs})
        assert at == len(data)
        return results


@dataclass(frozen=True)
class Results:
    """What the C computed, by name, one dict a run."""

    layers: list[Arrays]
    outputs: list[Arrays]
    again: list[Arrays]  # the outputs of the second pass


class Failed(Exception):
    """A compiler, or the program it built, ended badly."""


def call(words: Sequence[str | Path], **options: Any) -> None:
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", check=False, **options
        )
    except subprocess.TimeoutExpired as error:
        raise Failed("hang") from error
    if done.returncode:
        words_ = (done.stderr or done.stdout).strip()
        raise Failed(f"status {done.returncode}: {words_[:3000]}")


def build_kernels(folder: Path) -> Path:
    """All kernels that run here, sanitized, in one archive."""
    where = folder / "kernels"
    fill(where, runtime())
    flags = ["-O1", *SANITIZED]
    objects = compile_objects(sorted(where.glob("*.c")), [where], where, compiler="cc", flags=flags)
    archive = folder / "kernels.a"
    call(["ar", "rcs", archive, *objects])
    return archive


def runtime() -> dict[str, str]:
    """The C of all kernels that run here, by name."""
    families = (portable, dsp, mve)
    kernels = [kernel for family in families for kernel in family.kernels()]
    return dict(pair for kernel in kernels for pair in kernel.files().items())


def build(subjects: Sequence[Subject], folder: Path, kernels: Path) -> dict[str, str]:
    """One program of all `subjects`; what is wrong with the C of those that are not in it, by name."""
    fill(folder, {name: text for name, text in runtime().items() if name.endswith(".h")})
    bad = {}
    for subject in subjects:
        try:
            compile_graph(subject, folder)
        except Failed as error:
            bad[subject.name] = str(error)
    good = [subject.name for subject in subjects if subject.name not in bad]
    prototypes = [f"int {name}_main(FILE *in, FILE *out, int runs);" for name in good]
    calls = [
        f'    if (strcmp(argv[1], "{name}") == 0) {{\n        status = {name}_main(in, out, runs);\n    }}'
        for name in good
    ]
    text = MAIN.format(prototypes="\n".join(prototypes), calls="\n".join(calls))
    (folder / "main.c").write_text(text)
    objects = [folder / f"{name}.o" for name in good]
    program = folder / "program"
    call(["cc", *SANITIZED, folder / "main.c", *objects, kernels, "-lm", "-o", program])
    return bad


def compile_graph(subject: Subject, folder: Path) -> None:
    """`subject`'s own C, under the warnings that shipped code must compile under."""
    shared = runtime()
    for name, text in subject.compiled.files.items():
        if name in shared:
            if text != shared[name]:
                raise Failed(f"{name} is not the runtime's")
        elif name.startswith(subject.name) and name.endswith((".c", ".h")):
            (folder / name).write_text(text)
    source = folder / f"graph_{subject.name}.c"
    source.write_text(subject.source())
    flags = ["-O0", *WARNINGS, *SANITIZED]
    call(["cc", *flags, "-I", folder, "-c", source, "-o", folder / f"{subject.name}.o"])


def run(subject: Subject, folder: Path) -> Results:
    inputs, outputs = folder / f"{subject.name}.in", folder / f"{subject.name}.out"
    subject.write_inputs(inputs)
    words = [folder / "program", subject.name, inputs, outputs, str(len(subject.inputs))]
    call(words, timeout=LIMIT, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    return subject.read(outputs)
