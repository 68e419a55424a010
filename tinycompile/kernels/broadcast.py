"""What kernels of two operands share: how each is walked to make the result.

The C loops over 4 axes; axes along which both operands are walked alike are merged, so that rows
are long and any rank fits whose broadcasting does not alternate too often.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.ir import GenericConst

from tinycompile.kernel import Match
from tinycompile.program import Param
from tinycompile.quantization import requantize

AXES = 4


def walk(shape1: tuple[int, ...], shape2: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(extent, step of operand 1, step of operand 2) of the axes of the result, outermost first."""
    shape = np.broadcast_shapes(shape1, shape2)
    axes: list[tuple[int, int, int]] = []
    for extent, step1, step2 in zip(shape, steps(shape1, shape), steps(shape2, shape), strict=True):
        if extent == 1:
            continue
        if axes and axes[-1][1:] == (step1 * extent, step2 * extent):
            extent *= axes.pop()[0]
        axes.append((extent, step1, step2))
    return axes


def steps(operand: tuple[int, ...], shape: tuple[int, ...]) -> list[int]:
    """How far the operand moves when each index of the result grows by one."""
    extents = (1,) * (len(shape) - len(operand)) + operand
    return [0 if e == 1 else prod(extents[i + 1 :]) for i, e in enumerate(extents)]


def axes_are_few(match: Match) -> str | None:
    """Operands are broadcast along at most 4 groups of neighbouring axes."""
    count = len(walk(*operand_shapes(match)))
    return None if count <= AXES else f"they take {count}"


def operand_shapes(match: Match) -> tuple[tuple[int, ...], tuple[int, ...]]:
    second = "constant" if "constant" in match else "input2"
    return match.shape("input1"), match.shape(second)


def params(match: Match, names: tuple[str, str] = ("steps1", "steps2")) -> dict[str, Param]:
    """The fields `shape` and `names`."""
    axes = walk(*operand_shapes(match))
    padded = [(1, 0, 0)] * (AXES - len(axes)) + axes
    shape, first, second = zip(*padded, strict=True)
    return {"shape": shape, names[0]: first, names[1]: second}


def in_place(match: Match, *inputs: str) -> tuple[int, ...]:
    """The positions among `inputs` of those that are as large as the result."""
    size = prod(np.broadcast_shapes(*operand_shapes(match)))
    return tuple(i for i, name in enumerate(inputs) if prod(match.shape(name)) == size)


def gather(values: NDArray[Any], shape: Param, strides: Param) -> NDArray[Any]:
    """The operand at each index of the result, as the C walks it: (shape)."""
    assert isinstance(shape, tuple) and isinstance(strides, tuple)
    offsets = sum(np.indices(shape)[i] * step for i, step in enumerate(strides))
    return np.asarray(values.reshape(-1)[offsets])


def operands_are_computed(match: Match) -> str | None:
    """Neither operand is a constant."""
    constants = [p for p in ("input1", "input2") if isinstance(match[p], GenericConst)]
    return f"{constants[0]} is one" if constants else None


def activations_are_int8(match: Match) -> str | None:
    """Operands and result are int8."""
    second = "constant" if "constant" in match else "input2"
    found = [match.dtype(part) for part in ("input1", second, "output.quantize")]
    return None if set(found) == {"int8"} else f"they are {', '.join(found)}"


def constant_has_one_scale(match: Match) -> str | None:
    """A constant operand is quantised as a whole, not per channel."""
    count = match.scales("constant").size
    return None if count == 1 else f"it has {count} scales"


def leave(p: dict[str, Any], values: NDArray[np.int64]) -> NDArray[np.int8]:
    """The int8 output of `values` through the one multiplier, zero point and bounds of `p`."""
    out = requantize(values, p["multiplier"], p["shift"]) + p["output_zero_point"]
    clamped: NDArray[np.int8] = np.clip(out, p["min"], p["max"]).astype(np.int8)
    return clamped
