"""What is told of the compilation."""

from pathlib import Path

import click

from tinycompile.command_line.groups import option

OPTIONS = (
    option("--explain", is_flag=True, help="Say for each layer which kernel was taken, and why."),
    option(
        "--verbose", "-v", is_flag=True,
        help="Tell more: every stage and when it began, decibels of --quantize.",
    ),
    option("--quiet", "-q", is_flag=True, help="Print errors only."),
    option(
        "--json", "as_json", is_flag=True,
        help="Print NAME.json, with what checks found, and nothing else.",
    ),
    option(
        "--csv", type=click.Path(path_type=Path), metavar="FILE",
        help="Write the layers and their figures as CSV, for spreadsheets.",
    ),
    option(
        "--html", type=click.Path(path_type=Path), metavar="FILE",
        help="Write all of it as one page, for a browser: graph, layers, memory, flash, quantisation.",
    ),
    option(
        "--html-against", type=click.Path(path_type=Path), metavar="JSON",
        help="Show there what changed since the compilation that wrote this NAME.json.",
    ),
    option(
        "--memory-map", type=click.Path(path_type=Path), metavar="FILE",
        help="Draw what lies where in RAM, layer by layer: .svg or .html.",
    ),
    option(
        "--dump-ir", type=click.Path(path_type=Path), metavar="DIR",
        help="Write the IR after each pass.",
    ),
)  # fmt: skip
