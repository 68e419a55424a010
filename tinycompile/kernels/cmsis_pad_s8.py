"""Constant padding of bytes by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels import cmsis, pad
from tinycompile.program import Call

DIMENSIONS = 4


def elements_are_bytes(part: str) -> Constraint:
    def check(match: Match) -> str | None:
        """Elements are of one byte."""
        dtype = match.dtype(part)
        return None if np.dtype(dtype).itemsize == 1 else f"they are {dtype}"

    return check


def dimensions_are_fewer(match: Match) -> str | None:
    """At most 4 dimensions remain once those without padding are joined with the ones before them."""
    found = len(pad.joined(pad.widths(match)))
    return None if found <= DIMENSIONS else f"{found} remain"


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    widths = list(zip(p["before"], p["after"], strict=True))
    value = np.int8(p["value"])
    return np.pad(x.view(np.int8).reshape(p["shape"]), widths, constant_values=value).view(x.dtype)


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        padded = pad.joined(pad.widths(match))
        if len(padded) < DIMENSIONS:  # rows without padding inside are copied whole
            padded = [(1, 0, 0)] * (DIMENSIONS - 1 - len(padded)) + padded + [(1, 0, 0)]
        sizes, before, after = zip(*padded, strict=True)
        value = np.array([match.attrs("pad").pad_value]).astype(match.dtype("input"))
        return Call(
            inputs=("input",),
            params={
                "shape": sizes,
                "before": before,
                "after": after,
                "value": int(value.view(np.int8)[0]),
            },
        )

    return cmsis.adapter(
        pad.KERNEL,
        "tc_cmsis_pad_s8",
        "arm_pad_s8",
        context,
        lower,
        elements_are_bytes("input"),
        dimensions_are_fewer,
        reference=reference,
    )
