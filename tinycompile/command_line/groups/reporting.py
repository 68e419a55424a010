"""What is told of the compilation."""

from pathlib import Path

import click

from tinycompile.command_line.groups import option

OPTIONS = (
    option("--explain", is_flag=True, help="Say for each layer which kernel was taken, and why."),
    option(
        "--dump-ir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Write the IR after each pass.",
    ),
)
