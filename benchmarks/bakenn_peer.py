"""The peer on PyPI, bakenn 1.0.0 with its CMSIS-NN overlay, by the same compiler in the same run."""

import importlib
import importlib.util
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bakenn_edit import edit
from measure import Result

from tinycompile.simulate import build, plugin
from tinycompile.simulate.cycles import Core, Cycles, estimate
from tinycompile.simulate.decode import Decoder
from tinycompile.simulate.profile import MEASURE, SEED, figure, flash_bytes
from tinycompile.target import Isa, Target

NAME = "bakenn"
OPTIMIZE = "-O3"  # its fastest here
FLAGS = ("-std=c11", "-w")  # it is not held to our warnings

HARNESS = """\
#include "{header}"
#include "measure.h"
#include "semihosting.h"

static int8_t input[{upper}_INPUT_BYTES], output[{upper}_OUTPUT_BYTES];
static uint8_t arena[{upper}_ARENA_SIZE + 16] __attribute__((aligned(16)));

static __attribute__((noipa)) void peer_run(void *unused)
{{
    (void)unused;
    {header_stem}_infer(arena, input, output);
}}

int main(void)
{{
    const int in = sh_open("inputs.bin", 0);
    if (in < 0 || sh_read(in, input, sizeof input) != sizeof input) {{
        return 1;
    }}
    measure_run(peer_run, arena);
    return 0;
}}
"""


def installed() -> bool:
    return importlib.util.find_spec(NAME) is not None


def measure(
    model: str, path: Path, targets: Sequence[str], say: Callable[[str], None]
) -> list[Result]:
    """On those targets that have DSP instructions and no vectors; nothing if it refuses the model."""
    bakenn = importlib.import_module(NAME)
    if path.suffix != ".tflite":
        say(f"{model}: bakenn reads no {path.suffix}")
        return []
    with tempfile.TemporaryDirectory() as folder:
        edited = Path(folder) / "edited.tflite"
        edited.write_bytes(edit(path.read_bytes()))
        options = bakenn.CBackendOptions(
            enable_cmsis_nn=True, kernel_policy=bakenn.KernelPolicy.STATIC_PRIORITY
        )
        try:
            compiled = bakenn.compile_tflite(
                edited, f"{folder}/out", name=model, backend_options=options, target="cortex-m4"
            )
        except bakenn.BakeNNError as error:
            say(f"{model}: bakenn refuses it: {error}")
            return []
        chips = [Target.load(name) for name in targets]
        return [_run(model, compiled.artifacts, c) for c in chips if c.isa is Isa.DSP]


def _run(model: str, artifacts: Any, target: Target) -> Result:
    header: Path = artifacts.header
    folder, upper = header.parent, header.stem.upper()
    text = header.read_text()
    source = HARNESS.format(header=header.name, header_stem=header.stem, upper=upper)
    (folder / "harness.c").write_text(source)
    sizes = {
        name: int(re.search(rf"{upper}_{name} (\d+)u?$", text, re.MULTILINE)[1])
        for name in ("INPUT_BYTES", "OUTPUT_BYTES", "ARENA_SIZE")
    }
    rng = np.random.default_rng(SEED)
    rng.integers(-128, 128, size=sizes["INPUT_BYTES"]).astype(np.int8).tofile(folder / "inputs.bin")
    library = [artifacts.model_source, artifacts.weights_source, artifacts.kernels_source]
    library += artifacts.support_sources
    elf = build.build_firmware(
        [folder / "harness.c", MEASURE, *library],
        [folder, *artifacts.support_include_dirs],
        target,
        folder / f"{target.name}.elf",
        optimize=OPTIMIZE,
        flags=FLAGS,
    )
    counted = plugin.count(elf, target, "peer_run", cwd=folder)
    core, flash = Core.load(target.cpu), flash_bytes(elf, [path.name for path in library])
    cycles = core and estimate(counted.function, core, Decoder(elf, target), target.flash_timing)
    known = cycles or Cycles(0, None)
    return Result(
        model=model,
        target=target.name,
        kernels=NAME,
        macs=None,
        instructions=counted.function.instructions,
        cycles_zero_wait=known.zero_wait,
        cycles_flash=known.flash,
        arena_bytes=sum(sizes.values()),  # ours holds input and output, too
        stack_bytes=figure(counted.printed, "stack"),
        code_bytes=flash["code"],
        constant_bytes=flash["constants"],
    )
