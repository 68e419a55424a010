"""Damaged and hostile files: each ends in one line, or in C that compiles and runs clean."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import error as StructError

import onnx

from tests.fuzz import processes, programs
from tests.fuzz.choices import Choices, Rejected
from tests.fuzz.damaged_onnx import damage_model
from tests.fuzz.damaged_tflite import InPlace, damage_graph
from tests.fuzz.hostile import damaged
from tests.fuzz.onnx_models import onnx_float, onnx_qdq
from tests.fuzz.outcome import Outcome
from tests.fuzz.tflite_models import tflite_growth
from tinycompile.simulate.build import WARNINGS

EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = Path(__file__).parents[3] / "shared" / "models"
BUDGETS = ["--ram", "100M", "--flash", "1000M", "--kernels", "portable"]
LARGEST_ARENA = 1 << 24  # bytes; larger ones are not run

PROGRAM = """\
#include "{name}.h"
#include <stdlib.h>

int main(void)
{{
    const size_t bytes = {macro}_ARENA_BYTES, alignment = {macro}_ARENA_ALIGNMENT;
    char *block = malloc(bytes + alignment), *arena = block + alignment;
    unsigned noise = 1;
    for (int run = 0; run < 3; run++) {{
        for (size_t i = 0; i < bytes; i++) {{
            noise = noise * 1664525u + 1013904223u;
            arena[i] = (char)(noise >> 24);
        }}
        {reset}
        {name}_run(arena);
    }}
    free(block);
    return 0;
}}
"""


def make(seed: int, size: int | None) -> tuple[bytes, str, dict[str, bytes]]:
    """A file, its suffix, the files beside it."""
    choices = Choices(4, seed)
    source = choices.one_of(["onnx", "onnx", "onnx", "tflite", "tflite", "tflite", "model"])
    if source == "onnx":
        form = choices.one_of(["float", "qdq", "example"])
        if form == "example":
            model = onnx.load(choices.one_of(sorted(EXAMPLES.glob("*/*.onnx"))))
        else:
            model, _ = (onnx_float if form == "float" else onnx_qdq)(seed)
        if choices.chance(0.2):
            return damaged(choices, model.SerializeToString()), ".onnx", {}
        data, files = damage_model(choices, model, size)
        return data, ".onnx", files
    models = sorted(MODELS.glob("*.tflite"))
    growth, data = tflite_growth(seed)
    if source == "model" and models:
        data = choices.one_of(models).read_bytes()
    elif choices.chance(0.55):
        try:
            return damage_graph(choices, growth), ".tflite", {}
        except (ValueError, OverflowError, TypeError, AttributeError, StructError) as error:
            raise Rejected from error  # the writer does not write it
    how = InPlace(choices, data).damaged if choices.chance(0.6) else None
    return (how() if how else damaged(choices, data)), ".tflite", {}


def outcomes(seeds: Sequence[int], folder: Path, size: int | None = None) -> Iterator[Outcome]:
    import tinycompile.__main__
    import tinycompile.pipeline
    import tinycompile.report.tables  # noqa: F401  before the children are forked

    kernels = folder / "kernels.a"
    if not kernels.exists():
        programs.build_kernels(folder)
    for seed in seeds:
        place = Path(tempfile.mkdtemp(prefix="fuzz-"))
        try:
            yield Outcome(seed, *fare(seed, place, kernels, size))
        except Rejected:
            yield Outcome(seed, "no model")
        finally:
            shutil.rmtree(place)


def fare(seed: int, place: Path, kernels: Path, size: int | None) -> tuple[str, str]:
    """How the file of `seed` fares in the folder `place`."""
    data, suffix, files = make(seed, size)
    root = place / "root"
    for name in ("in", "work"):
        (root / name).mkdir(parents=True)
    (root / "in" / f"m{suffix}").write_bytes(data)
    for name, beside in files.items():
        (root / "in" / name).write_bytes(beside)
    if files:
        os.mkfifo(root / "in" / "fifo")
        os.symlink("/etc/passwd", root / "in" / "link.bin")
        os.symlink("/etc", root / "in" / "linkdir")
    before = processes.tree(root)
    words = [f"../in/m{suffix}", "-o", "out", *BUDGETS]
    ended = processes.run(words, root / "work", place)
    changes = processes.changed(before, processes.tree(root))
    status, why = processes.judge(ended, changes, "work/out")
    if status == "ok":
        try:
            check_c(root / "work" / "out", place, kernels)
        except programs.Failed as error:
            return "bad C", str(error)
    return status, why


def check_c(library: Path, place: Path, kernels: Path) -> None:
    """The library compiles without a warning, names in comments and all, and runs clean on noise."""
    header = (library / "m.h").read_text()
    arena = re.search(r"#define (\w+)_ARENA_BYTES (\d+)", header)
    assert arena is not None
    strict = [*WARNINGS, "-Wcomment", "-trigraphs", "-I", library]
    main = place / "main.c"
    reset = "m_reset(arena);" if "m_reset(" in header else ""
    main.write_text(PROGRAM.format(name="m", macro=arena[1], reset=reset))
    sources = [main, library / "m.c", library / "m_weights.c", *library.glob("m_generated.c")]
    program = place / "program"
    # Any bits as floats overflow where they become integers: not a fault of the C.
    sanitized = [*programs.SANITIZED, "-fno-sanitize=float-cast-overflow"]
    programs.call(["cc", *strict, "-fsyntax-only", library / "examples" / "main.c"])
    programs.call(["cc", "-O0", *strict, *sanitized, *sources, kernels, "-lm", "-o", program])
    if int(arena[2]) <= LARGEST_ARENA:
        programs.call([program], timeout=programs.LIMIT, env={"ASAN_OPTIONS": "detect_leaks=0"})
