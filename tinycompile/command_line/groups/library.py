"""What the library is for, and where it goes."""

from pathlib import Path

import click

from tinycompile.codegen.exports import KINDS
from tinycompile.command_line import completion, types
from tinycompile.command_line.groups import option

OPTIONS = (
    option(
        "--target", "-t", metavar="TARGET", default="cortex-m4", show_default=True,
        shell_complete=completion.target,
        help="A target's name (see --list targets) or a TOML file.",
    ),
    option(
        "--ram", type=types.Ram(),
        help="RAM budget, e.g. 64K [the target's]; min for the least that there can be, however slow.",
    ),
    option(
        "--regions", is_flag=True,
        help="Use the target's faster RAM beside its largest: a buffer for each, for what is used most.",
    ),
    option("--flash", type=types.Bytes(), help="Flash budget, e.g. 1M [the target's]."),
    option(
        "--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
        help="Output folder [NAME]; of several models it names the library.",
    ),
    option(
        "--labels", type=click.Path(path_type=Path), metavar="FILE",
        help="Names of the classes, a line each, for the header [those in a TFLite model].",
    ),
    option(
        "--name", "names", multiple=True, metavar="NAME",
        help="Prefix of all C symbols [the model file's name]; of several models one each, in order.",
    ),
    option(
        "--export", "exports", type=click.Choice(list(KINDS)), multiple=True,
        help="Add what it takes to be a package of that kind; the C goes to src/. Repeatable.",
    ),
    option(
        "--about", type=types.Said(), multiple=True, metavar="KEY=VALUE",
        help="What packages say of the library: version, vendor, author, email, url, license, description.",
    ),
)  # fmt: skip
