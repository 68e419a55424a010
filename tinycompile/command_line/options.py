"""The options of the command line, in the order of --help, and what becomes of them."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from tinycompile.command_line import types
from tinycompile.command_line.checks import Checks
from tinycompile.command_line.listings import KINDS
from tinycompile.errors import InvalidOption
from tinycompile.families import AUTO
from tinycompile.kernels import FAMILIES
from tinycompile.options import Options
from tinycompile.quantize.calibration.images import Preprocessing

Command = Callable[..., None]
DESCRIBED = ", ".join(f"{family.name} ({family.description})" for family in FAMILIES)


def complete_target(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from tinycompile import target

    return [name for name in target.names() if name.startswith(incomplete)]


MODEL = (
    click.option(
        "--target", "-t", default="cortex-m4", show_default=True, shell_complete=complete_target,
        help="A target's name (see --list targets) or a TOML file.",
    ),
    click.option(
        "--output", "-o", type=click.Path(path_type=Path), help="Output folder [NAME]."
    ),
    click.option("--name", help="Prefix of all C symbols [the model file's name]."),
    click.option("--ram", type=types.Bytes(), help="RAM budget, e.g. 64K [the target's]."),
    click.option("--flash", type=types.Bytes(), help="Flash budget, e.g. 1M [the target's]."),
    click.option(
        "--weights", type=click.Choice(["f16"]),
        help="Keep float weights in half precision where that is exact: half the flash, more time.",
    ),
    click.option(
        "--no-shrink", "shrink", is_flag=True, flag_value=False, default=True,
        help="Keep channels and operators that compute nothing.",
    ),
    click.option(
        "--shape", "shapes", type=types.Shape(), multiple=True, help="Fix a dynamic input's shape."
    ),
    click.option(
        "--state", "states", type=types.Tied(), multiple=True, metavar="OUT=IN",
        help="Keep an output in the library as that input of the next run.",
    ),
    click.option(
        "--stream-axis", metavar="AXIS",
        help="Where sequences have their frames, of which a run takes one: a number, or a name in the model.",
    ),
)  # fmt: skip

KERNELS = (
    click.option(
        "--kernels", default=AUTO, show_default=True, metavar="FAMILY",
        help=f"The kernels to prefer where several apply: {DESCRIBED}; {AUTO} takes the fastest.",
    ),
    click.option(
        "--kernel", "asked", type=types.Asked(), multiple=True, metavar="LAYER=KERNEL",
        help="The kernel for one layer, named as in the model (see --explain).",
    ),
    click.option(
        "--cmsis-nn", type=click.Path(path_type=Path), metavar="DIR",
        help="A folder of CMSIS-NN [$CMSIS_NN_DIR, or the copy in the package bakenn].",
    ),
    click.option(
        "--cmsis-nn-external", is_flag=True,
        help="Call CMSIS-NN, but leave its sources out of the output.",
    ),
)  # fmt: skip

QUANTIZE = (
    click.option(
        "--quantize", metavar="CALIB",
        help="Quantise a float model: samples in a .npy, .npz (with labels, if any) or folder, or from "
        "module:function; 'random' makes do without, at your risk.",
    ),
    click.option(
        "--max-drop", type=click.FloatRange(min=0),
        help="What int8 may lose: points of top-1 with labels, else percent of error at the output.",
    ),
    click.option(
        "--prune", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="F",
        help="With --quantize: leave the channels out that matter least, with this share of all weights.",
    ),
    click.option(
        "--cluster", type=click.IntRange(2, 16), metavar="K",
        help="Pack weights into 1, 2 or 4 bits: with --quantize at most K (2 to 16) different ones a layer, "
        "of an int8 model those that are so few already.",
    ),
    click.option(
        "--image-range", type=types.Numbers(), default="0,1", show_default=True,
        help="What the bytes 0 and 255 of images become.",
    ),
    click.option(
        "--image-mean", type=types.Numbers(), default="0", help="Then taken away, one or a channel."
    ),
    click.option(
        "--image-std", type=types.Numbers(), default="1", help="Then divided by, one or a channel."
    ),
    click.option("--image-bgr", is_flag=True, help="Channels are blue, green, red."),
)  # fmt: skip

CHECKS = (
    click.option(
        "--verify", is_flag=True, help="Compare the C, layer by layer, with the oracle."
    ),
    click.option(
        "--run", is_flag=True, help="Run on the target's QEMU machine, compare the outputs."
    ),
    click.option(
        "--inputs", type=click.Path(path_type=Path), help="Inputs for --verify: .npy or .npz."
    ),
    click.option(
        "--runs", type=click.IntRange(min=1), default=20, show_default=True,
        help="Random inputs of --verify and --run.",
    ),
    click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True,
        help="Seed of the random inputs.",
    ),
    click.option(
        "--profile", "profiled", is_flag=True,
        help="Count instructions, estimate cycles, layer by layer, on the target's QEMU machine.",
    ),
    click.option(
        "--profile-json", type=click.Path(path_type=Path),
        help="Write the profile to a file, too.",
    ),
)  # fmt: skip

SHOWN = (
    click.option(
        "--plugin", "plugins", multiple=True, metavar="MODULE",
        help="Load a plug-in, beside the installed ones: a module, a .py file or a package's folder.",
    ),
    click.option(
        "--explain", is_flag=True, help="Say for each layer which kernel was taken, and why."
    ),
    click.option(
        "--dump-ir", type=click.Path(path_type=Path), help="Write the IR after each pass."
    ),
    click.option(
        "--list", "listing", type=click.Choice(KINDS),
        help="List and exit.",
    ),
    click.option(
        "--completion", type=click.Choice(["bash", "zsh", "fish"]),
        help="Print a completion script.",
    ),
)  # fmt: skip


def add(command: Command) -> Command:
    """`command` with all of them."""
    for option in reversed((*MODEL, *KERNELS, *QUANTIZE, *CHECKS, *SHOWN)):
        command = option(command)
    return command


def read(given: dict[str, Any]) -> tuple[Options, Checks]:
    """What the compiler is asked for, and what is done with what it made."""
    checks = Checks(**{field.name: given.pop(field.name) for field in fields(Checks)})
    given |= {name: dict(given[name]) for name in ("shapes", "states", "asked")}
    return Options(preprocessing=read_preprocessing(given), **given), checks


def read_preprocessing(given: dict[str, Any]) -> Preprocessing:
    bounds, mean, std, bgr = (
        given.pop(f"image_{name}") for name in ("range", "mean", "std", "bgr")
    )
    if len(bounds) != 2 or bounds[0] == bounds[1]:
        raise InvalidOption("--image-range takes two different numbers, such as -1,1")
    if 0.0 in std:
        raise InvalidOption("--image-std must not be 0")
    return Preprocessing(bounds[0], bounds[1], mean, std, bgr)
