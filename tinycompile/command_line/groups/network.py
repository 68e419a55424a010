"""What of the network is compiled, and how it is called."""

import click

from tinycompile.command_line import types
from tinycompile.command_line.groups import option

OPTIONS = (
    option(
        "--shape", "shapes", type=types.Shape(), multiple=True, help="Fix a dynamic input's shape."
    ),
    option(
        "--outputs", type=types.Names(), multiple=True, metavar="NAME,...",
        help="End the network at these tensors, and leave out what they do not need.",
    ),
    option(
        "--state", "states", type=types.Tied(), multiple=True, metavar="OUT=IN",
        help="Keep an output in the library as that input of the next run.",
    ),
    option(
        "--stream-axis", metavar="AXIS",
        help="Where sequences have their frames, of which a run takes one: a number, or a name in the model.",
    ),
    option(
        "--stream-input", is_flag=True,
        help="Take the input line by line, as a camera brings it: it is never in RAM as a whole.",
    ),
    option(
        "--weights", type=click.Choice(["f16"]),
        help="Keep float weights in half precision where that is exact: half the flash, more time.",
    ),
    option(
        "--no-shrink", "shrink", is_flag=True, flag_value=False, default=True,
        help="Keep channels and operators that compute nothing.",
    ),
)  # fmt: skip
