"""Outputs of the model that are only NHWC tensors transposed to NCHW become NHWC themselves.

Where something else still reads one as NCHW, it is there anyway.
"""

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.permutation import IS_NCHW, inverse, note_layout, of, to_nhwc
from tinycompile.rewriting.rewriter import Rewriter, rewrite


@tvm.transform.module_pass(opt_level=0, name="AdoptNhwcOutputs")
class AdoptNhwcOutputs:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        # Without the attribute the model is not NCHW: its outputs are as its author wants them.
        return rewrite(mod, _adopt) if IS_NCHW in mod["main"].attrs else mod


def _adopt(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not rewriter.makes_output(var) or not is_call(call, "permute_dims"):
        return None
    data, p = call.args[0], of(call)
    if p != inverse(to_nhwc(len(p))) or not isinstance(rewriter.value(data), relax.Call):
        return None
    if rewriter.is_output(data) or not rewriter.is_only_returned(var):
        return None
    note_layout(rewriter, var.name, to_nhwc(len(p)))
    return data
