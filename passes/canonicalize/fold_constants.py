"""Compute what depends on constants alone; quantised weights stay quantised.

A movement of a dequantised constant becomes a movement of its integers: `permute_dims(dequantize(w))` ->
`dequantize(w', axis')`, so that kernels find weights and scales where they expect them.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting import permutation, qdq
from tinycompile.rewriting.expressions import constant, is_call, shape_of
from tinycompile.rewriting.qdq import Quantization
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite
from tinycompile.rewriting.slices import slices

Array = NDArray[Any]
RESHAPES = ("reshape", "squeeze", "expand_dims", "flatten")
ARITHMETIC: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
}


@tvm.transform.module_pass(opt_level=0, name="FoldConstants")
class FoldConstants:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_fold,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _fold(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not call.args:
        return None
    if (quantization := qdq.of_quantize(call)) is not None:
        real = qdq.known(rewriter, call.args[0])
        return None if real is None else relax.const(quantization.integers(real))
    if (value := _arithmetic(rewriter, call)) is not None:
        return constant(value)
    if (found := qdq.dequantized(rewriter, call.args[0])) is not None:
        integers, quantization = found
        if isinstance(integers, GenericConst):
            return _moved(call, integers.value.numpy(), quantization)
        return None
    operands = call.args[0].fields if isinstance(call.args[0], relax.Tuple) else call.args[:1]
    if not all(isinstance(operand, GenericConst) for operand in operands):
        return None
    value = _value(call, [operand.value.numpy() for operand in operands])
    return None if value is None else constant(value)


def _moved(call: relax.Call, integers: Array, quantization: Quantization) -> relax.Expr | None:
    """The movement `call` of a dequantised constant, as a dequantised constant."""
    if is_call(call, "permute_dims"):
        axes = permutation.of(call)
        axis = axes.index(quantization.axis) if quantization.whole is None else 0
    elif any(is_call(call, op) for op in RESHAPES):
        found = (
            0
            if quantization.whole is not None
            else _same_axis(integers.shape, shape_of(call), quantization.axis)
        )
        if found is None:
            return None
        axis = found
    elif quantization.whole is None:
        return None
    else:
        axis = 0
    value = _value(call, [integers])
    if value is None:
        return None
    moved = Quantization(quantization.scale, quantization.zero_point, axis, quantization.dtype)
    return moved.dequantize(constant(value))


def _same_axis(old: tuple[int, ...], new: tuple[int, ...], axis: int) -> int | None:
    """The dimension of `new` that a reshape leaves as dimension `axis` of `old`."""
    for candidate, size in enumerate(new):
        if size == old[axis] and prod(new[:candidate]) == prod(old[:axis]):
            return candidate
    return None


def _value(call: relax.Call, operands: list[Array]) -> Array | None:
    """`call` on constants, for the operators that models apply to them."""
    first = operands[0]
    if any(is_call(call, op) for op in RESHAPES):
        return first.reshape(shape_of(call))
    if is_call(call, "permute_dims"):
        return first.transpose(permutation.of(call))
    if is_call(call, "broadcast_to"):
        return np.broadcast_to(first, shape_of(call))
    if is_call(call, "concat"):
        return np.concatenate(operands, int(call.attrs.axis))
    if is_call(call, "strided_slice"):
        return first[slices(call)]
    if is_call(call, "tile"):
        return np.tile(first, [int(n) for n in call.attrs.repeats])
    if is_call(call, "astype"):
        return first.astype(str(call.ty.dtype))
    return None


def _arithmetic(rewriter: Rewriter, call: relax.Call) -> Array | None:
    for op, function in ARITHMETIC.items():
        if is_call(call, op):
            first, second = (qdq.known(rewriter, arg) for arg in call.args)
            if first is None or second is None:
                return None
            with np.errstate(all="ignore"):
                value = np.asarray(function(first, second))
            return value if value.dtype == str(call.ty.dtype) else None
    return None
