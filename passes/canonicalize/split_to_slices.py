"""split -> one strided_slice a part: a kernel has one output, and parts that nobody reads disappear."""

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, rewrite


@tvm.transform.module_pass(opt_level=0, name="SplitToSlices")
class SplitToSlices:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _slices)


def _slices(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "split"):
        return None
    data = call.args[0]
    axis = int(call.attrs.axis) % len(shape_of(data))
    slices, begin = [], 0
    for part in call.ty.fields:
        end = begin + int(part.shape[axis])
        slices.append(relax.op.strided_slice(data, [axis], [begin], [end], [1]))
        begin = end
    return relax.Tuple(slices)
