"""A product of matrices whose second one may be transposed in the graph: kernels read it as it lies."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Match, Pattern
from tinycompile.rewriting import permutation


def pattern() -> Pattern:
    p = Pattern()
    b = p.tensor("b")
    moved = p.op("b.transposed", "relax.permute_dims", b)
    operands = p.dequantize("a"), p.dequantized("b", moved | b)
    return p.quantize(p.op("matmul", "relax.matmul", *operands))


def the_last_axes_are_swapped(match: Match) -> str | None:
    """If b is transposed, then in its last two axes."""
    if "b.transposed" not in match:
        return None
    axes = permutation.of(match["b.transposed"])
    swapped = [*range(len(axes) - 2), len(axes) - 1, len(axes) - 2]
    return None if list(axes) == swapped else f"its axes become {tuple(axes)}"


def with_columns(call: Call, match: Match) -> Call:
    """`call` of the portable kernel, that is of b as it is, for b as this pattern finds it."""
    columns, depth = match.shape("matmul")[-1], match.shape("a")[-1]
    sizes: dict[str, Param] = {"columns": columns, "b_transposed": int("b.transposed" in match)}
    if call.params["b_step"]:
        sizes["b_step"] = depth * columns
    macs = int(np.prod(match.shape("matmul"))) * depth
    return replace(call, params=call.params | sizes, macs=macs)


def untransposed(p: dict[str, Any], b: NDArray[Any]) -> NDArray[Any]:
    """b with its rows along its columns."""
    stack = b.reshape(-1, p["columns"], p["depth"])
    return stack.transpose(0, 2, 1) if p["b_transposed"] else b
