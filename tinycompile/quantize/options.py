"""The command line's options of quantisation."""

from collections.abc import Callable
from math import isfinite, nan
from typing import Any

import click

from tinycompile.errors import InvalidOption
from tinycompile.quantize.images import Preprocessing

Command = Callable[..., None]


class Numbers(click.ParamType[tuple[float, ...]]):
    """0.485,0.456,0.406"""

    name = "numbers"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(float(number) for number in str(value).split(","))
        except ValueError:
            numbers = (nan,)
        if not all(map(isfinite, numbers)):
            self.fail(f"{value!r} is not a list of numbers such as 0.485,0.456,0.406")
        return numbers


OPTIONS = (
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
        "--image-range", type=Numbers(), default="0,1", show_default=True,
        help="What the bytes 0 and 255 of images become.",
    ),
    click.option("--image-mean", type=Numbers(), default="0", help="Then taken away, one or a channel."),
    click.option("--image-std", type=Numbers(), default="1", help="Then divided by, one or a channel."),
    click.option("--image-bgr", is_flag=True, help="Channels are blue, green, red."),
)  # fmt: skip


def add(command: Command) -> Command:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def read(options: dict[str, Any]) -> dict[str, Any]:
    """The options as `pipeline.compile` takes them."""
    bounds, mean, std, bgr = (
        options.pop(f"image_{name}") for name in ("range", "mean", "std", "bgr")
    )
    if len(bounds) != 2 or bounds[0] == bounds[1]:
        raise InvalidOption("--image-range takes two different numbers, such as -1,1")
    if 0.0 in std:
        raise InvalidOption("--image-std must not be 0")
    return options | {"preprocessing": Preprocessing(bounds[0], bounds[1], mean, std, bgr)}
