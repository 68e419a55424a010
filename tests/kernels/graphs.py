"""Small Relax graphs that a kernel's pattern matches, to lower or to be refused.

match = matched(conv2d_s8.KERNEL, lambda x: quantized(nn.relu(real(x)), scale=0.1), x=(1, 4, 4, 8))
assert str(KERNEL.refusal(match)) == "..."
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tvm import relax

from tinycompile.kernel import Bindings, Kernel, Match


def real(data: relax.Expr | NDArray[Any], scale: ArrayLike = 0.05, zero_point: int = 3) -> Any:
    """`data`, a variable or a constant, dequantised; several scales lie along the first axis."""
    integers = relax.const(data) if isinstance(data, np.ndarray) else data
    return relax.op.dequantize(
        integers, relax.const(np.asarray(scale, np.float32)), relax.const(zero_point, "int32"), 0
    )


def quantized(data: Any, scale: float = 0.1, zero_point: int = -5, dtype: str = "int8") -> Any:
    parameters = relax.const(np.float32(scale)), relax.const(zero_point, "int32")
    return relax.op.quantize(data, *parameters, out_dtype=dtype)


def matched(
    kernel: Kernel,
    build: Callable[..., Any],
    dtype: str = "int8",
    **shapes: tuple[int, ...],
) -> Match:
    """What `kernel` finds in the graph that `build` makes of variables of these names and shapes."""
    inputs = {
        name: relax.Var(name, relax.TensorType(shape, dtype)) for name, shape in shapes.items()
    }
    builder = relax.BlockBuilder()
    with builder.function("main", list(inputs.values())):
        with builder.dataflow():
            result = builder.emit_output(build(**inputs))
        builder.emit_func_output(result)
    function = builder.get()["main"]
    match = kernel.pattern().extract(function.body.body, Bindings(function))
    assert match is not None, "the pattern does not match"
    return match


def refusal(kernel: Kernel, build: Callable[..., Any], **kwargs: Any) -> str:
    """Why `kernel` does not take the graph, in the user's words."""
    return str(kernel.refusal(matched(kernel, build, **kwargs)))
