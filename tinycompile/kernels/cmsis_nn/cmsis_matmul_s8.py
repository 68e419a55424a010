"""The product of two computed int8 matrices by CMSIS-NN, which reads the second one by columns.

A transpose of the second operand in the graph is so for free; without one its copy is scratch memory.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import matmul_s8
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


def reference(p: dict[str, Any], a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.int8]:
    return matmul_s8.reference(p, a, untransposed(p, b))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = with_columns(matmul_s8.lower(match), match)
        return adapter.with_scratch(call, scratch.matmul, context)

    return adapter.of(
        matmul_s8.KERNEL,
        "tc_cmsis_matmul_s8",
        "arm_batch_matmul_s8",
        context,
        lower,
        the_last_axes_are_swapped,
        pattern=pattern,
        reference=reference,
        takes_scratch=True,
    )
