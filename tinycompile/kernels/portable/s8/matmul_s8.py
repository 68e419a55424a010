"""The product of two computed int8 matrices, or of stacks of them."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Constraint, Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, overlap
from tinycompile.quantization import quantize_multiplier

INPUTS = ("a", "b")
MOST_PRODUCTS = (2**31 - 1) // 255**2


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("matmul", "relax.matmul", *(p.dequantize(name) for name in INPUTS)))


def activations_are(dtype: str) -> Constraint:
    """A constraint of kernels for one type of matrices."""

    def check(match: Match) -> str | None:
        found = [match.dtype(part) for part in (*INPUTS, "output.quantize")]
        return None if set(found) == {dtype} else f"they are {', '.join(found)}"

    check.__doc__ = f"Inputs and output are {dtype}."
    return check


def inputs_are_computed(match: Match) -> str | None:
    """Neither input is constant."""
    constant = [name for name in INPUTS if hasattr(match[name], "value")]
    return f"{constant[0]} is" if constant else None


def inputs_are_matrices(match: Match) -> str | None:
    """Both inputs have at least two dimensions."""
    shapes = [match.shape(name) for name in INPUTS]
    return None if min(map(len, shapes)) >= 2 else "they are {} and {}".format(*shapes)


def stacks_agree(match: Match) -> str | None:
    """Both inputs are stacks of the same shape, or one of them is a single matrix."""
    stacks = [match.shape(name)[:-2] for name in INPUTS]
    alike = tuple(d for d in stacks[0] if d > 1) == tuple(d for d in stacks[1] if d > 1)
    return None if alike or 1 in map(prod, stacks) else "they are {} and {}".format(*stacks)


def sums_fit_int32(match: Match) -> str | None:
    """A sum has at most 33025 products."""
    depth = match.shape("a")[-1]
    return None if depth <= MOST_PRODUCTS else f"it has {depth}"


def lower(match: Match) -> Call:
    multiplier, shift = quantize_multiplier(factor(match))
    low, high = match.clamp()
    return Call(
        inputs=INPUTS,
        params={**geometry(match)}
        | {
            "a_zero_point": match.quantization("a").zero_point,
            "b_zero_point": match.quantization("b").zero_point,
            "multiplier": multiplier,
            "shift": shift,
            "output_zero_point": match.quantization("output").zero_point,
            "min": low,
            "max": high,
        },
        macs=macs(match),
    )


def factor(match: Match) -> float:
    """`s_a * s_b / s_out`."""
    scales = match.quantization("a").scale * match.quantization("b").scale
    return scales / match.quantization("output").scale


def geometry(match: Match) -> dict[str, Param]:
    """The struct's fields from batches to b_step."""
    *stack, rows, depth = match.shape("a")
    columns = match.shape("b")[-1]
    return {
        "batches": prod(match.shape("matmul")[:-2]),
        "rows": rows,
        "depth": depth,
        "columns": columns,
        "a_step": rows * depth if prod(stack) > 1 else 0,
        "b_step": depth * columns if prod(match.shape("b")[:-2]) > 1 else 0,
    }


def macs(match: Match) -> int:
    return prod(match.shape("matmul")) * match.shape("a")[-1]


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    left, right = matrices(p, a, b)
    return accumulate.leave_by_one(p, (left - p["a_zero_point"]) @ (right - p["b_zero_point"]))


def matrices(
    p: dict[str, Any], a: NDArray[Any], b: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The operands as stacks (batches or 1, rows, depth) and (batches or 1, depth, columns)."""
    left = a.reshape(-1, p["rows"], p["depth"]).astype(np.int64)
    return left, b.reshape(-1, p["depth"], p["columns"]).astype(np.int64)


SHAPES: tuple[Constraint, ...] = (inputs_are_computed, inputs_are_matrices, stacks_agree)


KERNEL = Kernel(
    "tc_matmul_s8",
    pattern,
    lower,
    reference,
    constraints=(
        activations_are("int8"),
        *SHAPES,
        sums_fit_int32,
    ),
    overlaps=overlap.products(),
    summary="The product of two computed matrices, or of stacks of them.",
)
