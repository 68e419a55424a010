"""quantize(relu(x)) -> clip(quantize(x)), and clips of clips -> one.

Rounding never changes the order of two values, so bounding the integers is the same as bounding the
reals, and the kernel that makes x bounds its output for nothing.
"""

from collections.abc import Sequence

import numpy as np
import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

INTEGERS = {"int8", "uint8", "int16"}


@tvm.transform.module_pass(opt_level=0, name="MoveActivationAfterQuantize")
class MoveActivationAfterQuantize:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _after_quantize,
            _before_dequantize,
            _merged,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _after_quantize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    quantization = qdq.of_quantize(call)
    if quantization is None or quantization.whole is None:
        return None
    if (bounded := bounds(rewriter, call.args[0])) is None:
        return None
    real, low, high = bounded
    integers = quantization.quantize(real)
    return relax.op.clip(integers, quantization.integer(low), quantization.integer(high))


def _before_dequantize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """relu(dequantize(x)) -> dequantize(clip(x)), where integers stand for the bounds exactly.

    If only quantizes read it, they take it along, and x stays what the model calls so.
    """
    readers = rewriter.readers(var)
    if readers and all(is_call(reader, "quantize") for reader in readers):
        return None
    if (bounded := bounds(rewriter, call)) is None:
        return None
    real, low, high = bounded
    if (found := qdq.dequantized(rewriter, real)) is None:
        return None
    integers, quantization = found
    lowest, highest = quantization.limits
    first = lowest if low == -np.inf else quantization.exactly(low)
    last = highest if high == np.inf else quantization.exactly(high)
    if first is None or last is None:
        return None
    return qdq.dequantized_as(rewriter, var, relax.op.clip(integers, first, last), quantization)


def bounds(rewriter: Rewriter, expr: relax.Expr) -> tuple[relax.Expr, float, float] | None:
    """(x, low, high) where `expr` is x bounded to [low, high], reals or infinite."""
    value = rewriter.value(expr)
    if is_call(value, "nn.relu"):
        return value.args[0], 0.0, np.inf
    if is_call(value, "clip") and str(value.ty.dtype) == "float32":
        low, high = (float(bound.value) for bound in value.args[1:])
        return value.args[0], low, high
    for op in ("maximum", "minimum"):
        if is_call(value, op) and str(value.ty.dtype) == "float32":
            return _against_constant(value, op)
    return None


def _against_constant(call: relax.Call, op: str) -> tuple[relax.Expr, float, float] | None:
    a, b = call.args
    real, constant = (b, a) if isinstance(a, GenericConst) else (a, b)
    if not isinstance(constant, GenericConst) or constant.value.numpy().size != 1:
        return None
    if list(real.ty.shape) != list(call.ty.shape):
        return None
    bound = float(constant.value.numpy().item())
    return (real, bound, np.inf) if op == "maximum" else (real, -np.inf, bound)


def _merged(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "clip") or str(call.ty.dtype) not in INTEGERS:
        return None
    info = np.iinfo(str(call.ty.dtype))
    low, high = (int(bound.value) for bound in call.args[1:])
    if low <= info.min and high >= info.max:
        return call.args[0]
    inner = rewriter.call(call.args[0], "clip")
    if inner is None:
        return None
    first, last = (int(bound.value) for bound in inner.args[1:])
    clamp = [min(max(bound, low), high) for bound in (first, last)]
    return relax.op.clip(inner.args[0], *clamp)
