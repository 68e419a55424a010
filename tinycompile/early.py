"""What a command line can be refused for before TVM is loaded, which takes seconds, and before any work."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinycompile import cmsis_nn, frontend
from tinycompile.codegen import folder
from tinycompile.codegen.names import library_name
from tinycompile.errors import InvalidInput, OutputError
from tinycompile.quantize import calibration
from tinycompile.simulate import qemu
from tinycompile.simulate.build import find_compiler
from tinycompile.target import Target


def check(
    model: Path,
    target: str,
    output: Path | None,
    simulated: Mapping[str, Any],
    options: Mapping[str, Any],
) -> None:
    """Raise what `pipeline.compile` with `options`, or writing to `output`, would raise much later.

    `simulated` are the options of --verify, --run and --profile.
    """
    frontend.kind(model)
    chip = Target.load(target)
    name = library_name(options["name"], model.stem)
    cmsis_nn.chosen(options["kernels"], options["cmsis_nn"], chip)
    calibration.check(options["quantize"], options["max_drop"], options["prune"])
    folder.check(output or Path(name), marker=f"{name}.json")
    if dump := options["dump_ir"]:
        folder.check_place(dump)
    if simulated["verify"] or options["quantize"]:  # which runs its C
        find_compiler(Target.load("host"))
    if simulated["run"] or simulated["profiled"] or simulated["profile_json"]:
        find_compiler(chip)
        qemu.check(chip)
    if (inputs := simulated["inputs"]) and not os.path.isfile(inputs):
        raise InvalidInput(f"{inputs}: not a readable .npy or .npz file: no such file")
    if (file := simulated["profile_json"]) and not os.path.isdir(file.parent):
        raise OutputError(f"cannot write the profile to {file}: there is no folder {file.parent}")
