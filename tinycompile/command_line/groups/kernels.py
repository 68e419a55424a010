"""Which kernels take the layers."""

from pathlib import Path

import click

from tinycompile.command_line import completion, types
from tinycompile.command_line.groups import option
from tinycompile.families import AUTO
from tinycompile.kernels import FAMILIES

DESCRIBED = ", ".join(f"{family.name} ({family.description})" for family in FAMILIES)

OPTIONS = (
    option(
        "--kernels", default=AUTO, show_default=True, metavar="FAMILY",
        help=f"The kernels to prefer where several apply: {DESCRIBED}; {AUTO} takes the fastest.",
    ),
    option(
        "--kernel", "asked", type=types.Asked(), multiple=True, metavar="LAYER=KERNEL",
        shell_complete=completion.layer,
        help="The kernel for one layer, named as in the model (see --explain).",
    ),
    option(
        "--optimize", type=click.Choice(["speed"]),
        help="speed: spend flash and RAM for it (Winograd's convolutions), if the budget has room.",
    ),
    option(
        "--cmsis-nn", type=click.Path(path_type=Path), metavar="DIR",
        help="A folder of CMSIS-NN [$CMSIS_NN_DIR, or the copy in the package bakenn].",
    ),
    option(
        "--cmsis-nn-external", is_flag=True,
        help="Call CMSIS-NN, but leave its sources out of the output.",
    ),
)  # fmt: skip
