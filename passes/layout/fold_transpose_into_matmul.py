"""A transpose that is flattened and multiplied with constant weights reorders the weights' rows instead.

So goes the last transpose of a network that was written for NCHW: transpose, flatten, fully connected.
"""

from collections.abc import Sequence
from math import prod

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.layout.sink_transposes import UNARY
from tinycompile.rewriting.expressions import is_call, on, shape_of
from tinycompile.rewriting.permutation import inverse, of
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

ELEMENTWISE = UNARY | {"relax.quantize", "relax.dequantize"}


@tvm.transform.module_pass(opt_level=0, name="FoldTransposeIntoMatmul")
class FoldTransposeIntoMatmul:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_fold,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _fold(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "matmul") or not _is_weights(rewriter, call.args[1]):
        return None
    chain = _flattened(rewriter, call.args[0])
    if chain is None:
        return None
    transpose, elementwise = chain
    weights = call.args[1]
    rows, columns = shape_of(weights)
    data = transpose.args[0]
    if prod(shape_of(data)) != rows:
        return None
    back = inverse(of(transpose))
    tensor = relax.op.reshape(weights, (*shape_of(transpose), columns))
    moved = relax.op.permute_dims(tensor, [*back, len(back)])
    result = relax.op.reshape(data, shape_of(call.args[0]))
    for operator in reversed(elementwise):
        result = on(operator, result)
    return on(call, result, relax.op.reshape(moved, (rows, columns)))


def _is_weights(rewriter: Rewriter, expr: relax.Expr) -> bool:
    value = rewriter.value(expr)
    constant = value.args[0] if is_call(value, "dequantize") else value
    return isinstance(constant, GenericConst) and len(constant.value.shape) == 2


def _flattened(rewriter: Rewriter, expr: relax.Expr) -> tuple[relax.Call, list[relax.Call]] | None:
    """The transpose below a reshape that `expr` is, and the element-wise operators above it, last first."""
    elementwise = []
    value = rewriter.value(expr)
    while isinstance(value, relax.Call) and getattr(value.op, "name", "") in ELEMENTWISE:
        elementwise.append(value)
        value = rewriter.value(value.args[0])
    if not is_call(value, "reshape"):
        return None
    transpose = rewriter.call(value.args[0], "permute_dims")
    return None if transpose is None else (transpose, elementwise)
