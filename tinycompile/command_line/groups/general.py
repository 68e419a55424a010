"""What else there is."""

import click

from tinycompile.command_line.groups import option
from tinycompile.command_line.listings import KINDS

OPTIONS = (
    option(
        "--plugin", "plugins", multiple=True, metavar="MODULE",
        help="Load a plug-in, beside the installed ones: a module, a .py file or a package's folder.",
    ),
    option("--list", "listing", type=click.Choice(KINDS), help="List and exit."),
    option(
        "--completion", "shell", type=click.Choice(["bash", "zsh", "fish"]),
        help="Print a completion script.",
    ),
)  # fmt: skip
