"""The options of the command line, in the order of --help, and what becomes of them."""

from dataclasses import fields
from itertools import chain
from typing import Any

import click

from tinycompile.command_line.checks import Checks
from tinycompile.command_line.groups import (
    checking,
    general,
    kernels,
    library,
    network,
    quantization,
    reporting,
)
from tinycompile.command_line.package import Package
from tinycompile.command_line.reports import Reports
from tinycompile.errors import InvalidOption
from tinycompile.options import Options
from tinycompile.quantize.calibration.images import Preprocessing

GROUPS = {
    "Target and output": library.OPTIONS,
    "The network": network.OPTIONS,
    "Kernels": kernels.OPTIONS,
    "From float to int8, and smaller": quantization.OPTIONS,
    "Checks and measurements": checking.OPTIONS,
    "What is told": reporting.OPTIONS,
    "More": general.OPTIONS,
}
EXAMPLES = """\b
Examples:
  tinycompile kws.tflite --target stm32f446 -o build/kws
  tinycompile kws.tflite --ram 64K --flash 256K --explain
  tinycompile kws.tflite --verify --run --profile
  tinycompile kws.tflite vww.tflite -o nets --export zephyr
  tinycompile float.onnx --quantize samples.npz --max-drop 0.5
  tinycompile float.onnx --quantize samples.npz --html report.html
  tinycompile kws.tflite vww.tflite -o nets --export zephyr
  tinycompile --list targets
"""


class Command(click.Command):
    """A command whose --help has the options in GROUPS; those that click adds come last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        every = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        added = tuple(option for option in every if option not in every_option())
        *_, last = GROUPS
        for heading, options in GROUPS.items():
            shown = options + added if heading == last else options
            records = (option.get_help_record(ctx) for option in shown)
            with formatter.section(heading):
                formatter.write_dl([record for record in records if record])


def every_option() -> list[click.Option]:
    return [option for options in GROUPS.values() for option in options]


def read(given: dict[str, Any]) -> tuple[Options, Checks, Reports, Package]:
    """What the compiler is asked for, what is done with what it made, told of it, and written."""
    checks = Checks(**{field.name: given.pop(field.name) for field in fields(Checks)})
    reports = Reports(**{field.name: given.pop(field.name) for field in fields(Reports)})
    given |= {name: dict(given[name]) for name in ("shapes", "states", "asked", "about")}
    given["outputs"] = tuple(chain.from_iterable(given["outputs"]))
    package = Package(**{field.name: given.pop(field.name) for field in fields(Package)})
    return Options(preprocessing=read_preprocessing(given), **given), checks, reports, package


def read_preprocessing(given: dict[str, Any]) -> Preprocessing:
    bounds, mean, std, bgr = (
        given.pop(f"image_{name}") for name in ("range", "mean", "std", "bgr")
    )
    if len(bounds) != 2 or bounds[0] == bounds[1]:
        raise InvalidOption("--image-range takes two different numbers, such as -1,1")
    if 0.0 in std:
        raise InvalidOption("--image-std must not be 0")
    return Preprocessing(bounds[0], bounds[1], mean, std, bgr)
