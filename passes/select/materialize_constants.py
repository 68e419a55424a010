"""Constants and inputs that have to be tensors of their own in memory get a copy there.

A constant that is concatenated, multiplied as no layer of constant weights is, in a squared difference, or
the state that a recurrent layer begins with; an output that is a constant, an input or another output. The
copy is written as the concatenation of one tensor, so it comes after all passes that would take that for
nothing.
"""

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.recurrence import is_recurrent
from tinycompile.rewriting.expressions import constant, is_call, on, shape_of
from tinycompile.rewriting.qdq import dequantized, known, of_dequantize
from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="MaterializeConstants")
class MaterializeConstants:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return _CopyingRewriter(mod, _materialize).run()


class _CopyingRewriter(Rewriter):
    def second_name(self, value: relax.Expr) -> relax.Expr:
        self.changed = True
        return copy(value)


def _materialize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if (value := _known(call)) is not None and rewriter.makes_output(var):
        return copy(constant(value))
    if is_call(call, "matmul") and not _is_a_layer(rewriter, call):
        return _computed(rewriter, call)
    if is_recurrent(call):
        return _with_states(call)
    if is_call(call, "square"):
        difference = rewriter.call(call.args[0], "subtract")
        found = None if difference is None else _computed(rewriter, difference)
        return None if found is None else relax.op.square(found)
    if not is_call(call, "concat"):
        return None
    fields = call.args[0].fields
    values = [known(rewriter, field) for field in fields]
    if len(fields) < 2 or not any(value is not None for value in values):
        return None
    copies = [
        field if value is None else copy(constant(value))
        for field, value in zip(fields, values, strict=True)
    ]
    return on(call, relax.Tuple(copies))


def _with_states(call: relax.Call) -> relax.Call | None:
    """A recurrent layer whose states to begin with are in memory."""
    states = call.args[2].fields
    if not any(isinstance(state, GenericConst) for state in states):
        return None
    copies = [copy(state) if isinstance(state, GenericConst) else state for state in states]
    return on(call, *call.args[:2], relax.Tuple(copies))


def _is_a_layer(rewriter: Rewriter, matmul: relax.Call) -> bool:
    """Whether the second operand is a constant matrix of int8."""
    found = dequantized(rewriter, matmul.args[1])
    if found is None or not isinstance(found[0], GenericConst) or found[1].dtype != "int8":
        return False
    return len(shape_of(matmul.args[1])) == 2


def _computed(rewriter: Rewriter, call: relax.Call) -> relax.Call | None:
    """With both operands in memory."""
    operands = [_in_memory(rewriter, operand) for operand in call.args]
    changed = any(new is not old for new, old in zip(operands, call.args, strict=True))
    return on(call, *operands) if changed else None


def _in_memory(rewriter: Rewriter, operand: relax.Expr) -> relax.Expr:
    found = dequantized(rewriter, operand)
    if found is None or found[1].whole is None or not isinstance(found[0], GenericConst):
        return operand
    return found[1].dequantize(copy(found[0]))


def _known(call: relax.Call) -> NDArray[np.float32] | None:
    """The value of a constant that is dequantised as a whole."""
    quantization = of_dequantize(call)
    if quantization is None or quantization.whole is None:
        return None
    if not isinstance(call.args[0], GenericConst):
        return None
    return quantization.real(call.args[0].value.numpy())


def copy(value: relax.Expr) -> relax.Call:
    if not value.ty.shape:  # a scalar has no axis
        known = isinstance(value, GenericConst)
        one = constant(value.value.numpy().reshape(1)) if known else relax.op.reshape(value, (1,))
        return relax.op.reshape(relax.op.concat([one], 0), ())
    return relax.op.concat([value], 0)
