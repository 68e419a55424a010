"""What a command line can be refused for before TVM is loaded, which takes seconds, and before any work."""

from collections.abc import Sequence
from pathlib import Path

from tinycompile import cmsis_nn, frontend, labels
from tinycompile.codegen import folder
from tinycompile.command_line.checks import Checks
from tinycompile.kernels import check_mode
from tinycompile.options import Options
from tinycompile.plugins import loading
from tinycompile.quantize.calibration import samples
from tinycompile.simulate.build import find_compiler
from tinycompile.target import Target


def check(models: Sequence[Path], options: Options, checks: Checks) -> None:
    """Raise what compiling with `options`, or the `checks`, would raise much later."""
    for model in models:
        frontend.kind(model)
    plugins = loading.load(options.plugins)
    check_mode(options.kernels, plugins.families)
    chip = options.chip(plugins.targets)
    cmsis_nn.chosen(options.kernels, options.cmsis_nn, chip)
    samples.check(options.quantize, options.max_drop, options.prune)
    if options.labels:
        labels.read(options.labels)
    if options.dump_ir:
        folder.check_place(Path(options.dump_ir))
    if options.quantize:  # which runs its C
        find_compiler(Target.load("host"))
    checks.check(chip)
