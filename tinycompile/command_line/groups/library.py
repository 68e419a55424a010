"""What the library is for, and where it goes."""

from pathlib import Path

import click

from tinycompile.command_line import completion, types
from tinycompile.command_line.groups import option

OPTIONS = (
    option(
        "--target", "-t", metavar="TARGET", default="cortex-m4", show_default=True,
        shell_complete=completion.target,
        help="A target's name (see --list targets) or a TOML file.",
    ),
    option("--ram", type=types.Bytes(), help="RAM budget, e.g. 64K [the target's]."),
    option("--flash", type=types.Bytes(), help="Flash budget, e.g. 1M [the target's]."),
    option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Output folder [NAME]."),
    option(
        "--labels", type=click.Path(path_type=Path), metavar="FILE",
        help="Names of the classes, a line each, for the header [those in a TFLite model].",
    ),
    option("--name", metavar="NAME", help="Prefix of all C symbols [the model file's name]."),
)  # fmt: skip
