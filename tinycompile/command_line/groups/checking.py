"""What is done with the compiled model before it is written."""

from pathlib import Path

import click

from tinycompile.command_line.groups import option

OPTIONS = (
    option("--verify", is_flag=True, help="Compare the C, layer by layer, with the oracle."),
    option("--run", is_flag=True, help="Run on the target's QEMU machine, compare the outputs."),
    option(
        "--inputs", type=click.Path(path_type=Path), metavar="FILE",
        help="Inputs for --verify: .npy or .npz.",
    ),
    option(
        "--runs", type=click.IntRange(min=1), metavar="N", default=20, show_default=True,
        help="Random inputs of --verify and --run.",
    ),
    option(
        "--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default=True,
        help="Seed of the random inputs.",
    ),
    option(
        "--profile", "profiled", is_flag=True,
        help="Count instructions, estimate cycles, layer by layer, on the target's QEMU machine.",
    ),
    option(
        "--profile-json", type=click.Path(path_type=Path), metavar="FILE",
        help="Write the profile to a file, too.",
    ),
)  # fmt: skip
