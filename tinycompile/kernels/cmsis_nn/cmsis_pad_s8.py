"""Constant padding by CMSIS-NN, which knows bytes: elements of more are padded by values of equal bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.any import pad
from tinycompile.kernels.portable.any.pad import Widths

DIMENSIONS = 4


def bytes_are_equal(match: Match) -> str | None:
    """The bytes of the value are equal, as those of 0."""
    found = value(match)
    return f"they are {found.hex(' ')}" if len(set(found)) > 1 else None


def value(match: Match) -> bytes:
    return np.array([match.attrs("pad").pad_value]).astype(match.dtype("input")).tobytes()


def joined(match: Match) -> Widths:
    """Dimensions in bytes."""
    size = np.dtype(match.dtype("input")).itemsize
    return pad.joined([*pad.widths(match), (size, 0, 0)])


def dimensions_are_fewer(match: Match) -> str | None:
    """At most 4 dimensions remain once those without padding are joined with the ones before them."""
    found = len(joined(match))
    return None if found <= DIMENSIONS else f"{found} remain"


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    widths = list(zip(p["before"], p["after"], strict=True))
    rows = x.reshape(-1).view(np.int8).reshape(p["shape"])
    return np.pad(rows, widths, constant_values=np.int8(p["value"])).reshape(-1).view(x.dtype)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        padded = joined(match)
        if len(padded) < DIMENSIONS:  # rows without padding inside are copied whole
            padded = [(1, 0, 0)] * (DIMENSIONS - 1 - len(padded)) + padded + [(1, 0, 0)]
        sizes, before, after = zip(*padded, strict=True)
        return Call(
            inputs=("input",),
            params={
                "shape": sizes,
                "before": before,
                "after": after,
                "value": int(np.frombuffer(value(match), np.int8)[0]),
            },
        )

    return adapter.of(
        pad.KERNEL,
        "tc_cmsis_pad_s8",
        "arm_pad_s8",
        context,
        lower,
        bytes_are_equal,
        dimensions_are_fewer,
        reference=reference,
    )
