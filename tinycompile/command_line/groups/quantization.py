"""From float to int8, and smaller."""

import click

from tinycompile.command_line import types
from tinycompile.command_line.groups import option

OPTIONS = (
    option(
        "--quantize", metavar="CALIB",
        help="Quantise a float model: samples in a .npy, .npz (with labels, if any) or folder, or from "
        "module:function; 'random' makes do without, at your risk.",
    ),
    option(
        "--max-drop", type=click.FloatRange(min=0), metavar="X",
        help="What int8 may lose: points of top-1 with labels, else percent of error at the output.",
    ),
    option(
        "--prune", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="F",
        help="With --quantize: leave the channels out that matter least, with this share of all weights.",
    ),
    option(
        "--cluster", type=click.IntRange(2, 16), metavar="K",
        help="Pack weights into 1, 2 or 4 bits: with --quantize at most K (2 to 16) different ones a layer, "
        "of an int8 model those that are so few already.",
    ),
    option(
        "--image-range", type=types.Numbers(), default="0,1", show_default=True,
        help="What the bytes 0 and 255 of images become.",
    ),
    option(
        "--image-mean", type=types.Numbers(), default="0", help="Then taken away, one or a channel."
    ),
    option(
        "--image-std", type=types.Numbers(), default="1", help="Then divided by, one or a channel."
    ),
    option("--image-bgr", is_flag=True, help="Channels are blue, green, red."),
)  # fmt: skip
