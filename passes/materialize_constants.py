"""Constants and inputs that have to be tensors of their own in memory get a copy there.

A constant that is concatenated; an output that is a constant, an input or another output. The copy
is written as the concatenation of one tensor, so it comes after all passes that would take that for
nothing.
"""

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.qdq import of_dequantize
from tinycompile.passes.rewriter import Rewriter, is_call, on


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
        return copy(relax.const(value))
    if not is_call(call, "concat"):
        return None
    fields = call.args[0].fields
    if len(fields) < 2 or not any(isinstance(field, GenericConst) for field in fields):
        return None
    copies = [copy(field) if isinstance(field, GenericConst) else field for field in fields]
    return on(call, relax.Tuple(copies))


def _known(call: relax.Call) -> NDArray[np.float32] | None:
    """The value of a constant that is dequantised as a whole."""
    quantization = of_dequantize(call)
    if quantization is None or quantization.whole is None:
        return None
    if not isinstance(call.args[0], GenericConst):
        return None
    integers = call.args[0].value.numpy().astype(np.int32) - quantization.whole.zero_point
    real: NDArray[np.float32] = integers.astype(np.float32) * quantization.scale
    return real


def copy(value: relax.Expr) -> relax.Call:
    if not value.ty.shape:  # a scalar has no axis
        value = relax.op.reshape(value, (1,))
        return relax.op.reshape(relax.op.concat([value], 0), ())
    return relax.op.concat([value], 0)
