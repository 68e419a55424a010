"""How values of options are written."""

import re
from math import isfinite, nan
from typing import Any

import click

from tinycompile.options import LEAST

DIGITS = re.compile("[0-9]{1,18}")


class Bytes(click.ParamType[int]):
    """A number of bytes: 65536, 64K or 1M."""

    name = "bytes"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        text = str(value).upper().removesuffix("B").removesuffix("I")
        unit = {"K": 1024, "M": 1024**2}.get(text[-1:], 1)
        number = text.rstrip("KM")
        if not DIGITS.fullmatch(number) or int(number) == 0:
            self.fail(f"{value!r} is not a number of bytes such as 65536, 64K or 1M")
        return int(number) * unit


class Ram(click.ParamType[int | str]):
    """A number of bytes, or "min"."""

    name = "bytes|min"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | str:
        return LEAST if value == LEAST else Bytes().convert(value, param, ctx)


class Shape(click.ParamType[tuple[str, tuple[int, ...]]]):
    """NAME:1,28,28,1."""

    name = "name:shape"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, tuple[int, ...]]:
        if isinstance(value, tuple):
            return value
        name, _, sizes = str(value).rpartition(":")
        dims = sizes.split(",")
        if not name or not all(DIGITS.fullmatch(d) and int(d) > 0 for d in dims):
            self.fail(f"{value!r} is not NAME:SIZES such as input:1,3,32,32")
        return name, tuple(map(int, dims))


class Names(click.ParamType[tuple[str, ...]]):
    """NAME,..."""

    name = "name,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        if not all(names):
            self.fail(f"{value!r} is not NAME,NAME such as boxes,scores")
        return names


class Tied(click.ParamType[tuple[str, str]]):
    """OUT=IN."""

    name = "out=in"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        output, _, input_ = str(value).rpartition("=")
        if not output or not input_:
            self.fail(f"{value!r} is not OUTPUT=INPUT such as hn=h")
        return output, input_


class Said(click.ParamType[tuple[str, str]]):
    """KEY=VALUE."""

    name = "key=value"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, said = str(value).partition("=")
        if not key or not equals:
            self.fail(f"{value!r} is not KEY=VALUE such as version=1.2.0")
        return key, said


class Asked(click.ParamType[tuple[str, str]]):
    """LAYER=KERNEL."""

    name = "layer=kernel"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        layer, _, kernel = str(value).rpartition("=")
        if not layer or not kernel:
            self.fail(f"{value!r} is not LAYER=KERNEL such as conv1=tc_conv2d_s8")
        return layer, kernel


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
