"""Reshapes move behind the bias, quantize and the bounds that follow a convolution or matrix product.

These belong to the kernel; a reshape between them would keep it from taking them along.
"""

from collections.abc import Sequence

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes import qdq
from tinycompile.passes.rewriter import Rewriter, Rule, is_call, on, rewrite, shape_of
from tinycompile.passes.sink_transposes import UNARY

ARITHMETIC = ("add", "subtract", "multiply")


@tvm.transform.module_pass(opt_level=0, name="SinkReshapes")
class SinkReshapes:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _unary,
            _with_constant,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _unary(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    quantization = qdq.of_quantize(call)
    whole = quantization is not None and quantization.whole is not None
    if not whole and getattr(call.op, "name", "") not in UNARY:
        return None
    inner = rewriter.call(call.args[0], "reshape")
    if inner is None:
        return None
    return rewriter.reshaped(var, on(call, inner.args[0]), shape_of(call))


def _with_constant(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """reshape(x) + c -> reshape(x + c') where c runs along the last dimension, the same for both."""
    if not any(is_call(call, op) for op in ARITHMETIC):
        return None
    inner = rewriter.call(call.args[0], "reshape")
    if inner is None or shape_of(call) != shape_of(call.args[0]):
        return None
    data, other = inner.args[0], call.args[1]
    if not _is_constant(rewriter, other):
        return None
    *_, channels = shape_of(other) or (1,)
    same_last = shape_of(data)[-1:] == shape_of(call)[-1:]
    if max((*shape_of(other), 1)) != channels or (channels > 1 and not same_last):
        return None
    if len([size for size in shape_of(other) if size > 1]) > 1:
        return None
    flat = other if len(shape_of(other)) <= 1 else relax.op.reshape(other, (channels,))
    return rewriter.reshaped(var, on(call, data, flat), shape_of(call))


def _is_constant(rewriter: Rewriter, expr: relax.Expr) -> bool:
    value = rewriter.value(expr)
    return isinstance(value.args[0] if is_call(value, "dequantize") else value, GenericConst)
