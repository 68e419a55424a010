"""The product of two int8 tensors by CMSIS-NN."""

from typing import Any

from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.cmsis_add_s8 import flat, shapes_are_equal, with_count
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.shared import overlap


def made_for(dtype: str, portable: Kernel, context: Context) -> Kernel:
    """The kernel for "s8" or "s16"."""

    def lower(match: Match) -> Call:
        return with_count(portable.lower(match), match)

    def reference(p: dict[str, Any], a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return portable.reference(flat(p), a.reshape(-1), b.reshape(-1))

    return adapter.of(
        portable,
        f"tc_cmsis_mul_{dtype}",
        f"arm_elementwise_mul_{dtype}",
        context,
        lower,
        shapes_are_equal,
        reference=reference,
        overlaps=overlap.both_in_order,
    )


def kernel(context: Context) -> Kernel:
    return made_for("s8", mul_s8.KERNEL, context)
