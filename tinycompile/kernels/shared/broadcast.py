"""What kernels of two operands share: how each is walked to make the result.

The C loops over 4 axes; axes along which both operands are walked alike are merged, so that rows
are long and any rank fits whose broadcasting does not alternate too often.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.ir import GenericConst

from tinycompile.call import Param
from tinycompile.kernel import Constraint, Match
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


def second_operand(match: Match) -> str:
    """The part that is not "input1"."""
    return "constant" if "constant" in match else "input2"


def operand_shapes(match: Match) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return match.shape("input1"), match.shape(second_operand(match))


def params(match: Match, names: tuple[str, str] = ("steps1", "steps2")) -> dict[str, Param]:
    """The fields `shape` and `names`."""
    axes = walk(*operand_shapes(match))
    padded = [(1, 0, 0)] * (AXES - len(axes)) + axes
    shape, first, second = zip(*padded, strict=True)
    return {"shape": shape, names[0]: first, names[1]: second}


def gather(values: NDArray[Any], shape: Param, strides: Param) -> NDArray[Any]:
    """The operand at each index of the result, as the C walks it: (shape)."""
    assert isinstance(shape, tuple) and isinstance(strides, tuple)
    indices = np.indices([int(size) for size in shape])
    offsets = sum(indices[i] * step for i, step in enumerate(strides))
    return np.asarray(values.reshape(-1)[offsets])


def operands_are_computed(match: Match) -> str | None:
    """Neither operand is a constant."""
    constants = [p for p in ("input1", "input2") if isinstance(match[p], GenericConst)]
    return f"{constants[0]} is one" if constants else None


def activations_are(dtype: str) -> Constraint:
    """A constraint of kernels for one type of integers."""

    def check(match: Match) -> str | None:
        found = [match.dtype(p) for p in ("input1", second_operand(match), "output.quantize")]
        return None if set(found) == {dtype} else f"they are {', '.join(found)}"

    check.__doc__ = f"Operands and result are {dtype}."
    return check


activations_are_int8 = activations_are("int8")
activations_are_int16 = activations_are("int16")


def operands_are(dtype: str) -> Constraint:
    """A constraint of kernels that compare integers of one type as they are."""

    def check(match: Match) -> str | None:
        found = match.dtype("input1"), match.dtype(second_operand(match))
        return None if found == (dtype, dtype) else "they are {} and {}".format(*found)

    check.__doc__ = f"Both operands are {dtype}."
    return check


def zero_points_are_0(match: Match) -> str | None:
    """Operands and result have zero point 0."""
    parts = "input1", second_operand(match), "output"
    found = [match.quantization(part).zero_point for part in parts]
    return None if not any(found) else f"they have {', '.join(map(str, found))}"


def zero_points(match: Match, **parts: str) -> dict[str, Param]:
    """Fields with the zero points of these parts; none for int16, whose kernels have no such fields."""
    if match.dtype("input1") == "int16":
        return {}
    return {field: match.quantization(part).zero_point for field, part in parts.items()}


def constant_has_one_scale(match: Match) -> str | None:
    """A constant operand is quantised as a whole, not per channel."""
    count = match.scales("constant").size
    return None if count == 1 else f"it has {count} scales"


def leave(p: dict[str, Any], values: NDArray[np.int64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The output of `values` through the one multiplier, zero point and bounds of `p`."""
    out = requantize(values, p["multiplier"], p["shift"]) + p.get("output_zero_point", 0)
    return np.asarray(np.clip(out, p["min"], p["max"]), dtype)
