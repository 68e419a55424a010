"""Padding with the tensor's own values -> a gather along each padded axis; there is no kernel for it."""

from collections.abc import Sequence

import numpy as np
import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@tvm.transform.module_pass(opt_level=0, name="GatherPads")
class GatherPads:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_gather,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _gather(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "nn.pad") or str(call.attrs.pad_mode) not in NUMPY_MODES:
        return None
    mode = NUMPY_MODES[str(call.attrs.pad_mode)]
    widths = np.array([int(width) for width in call.attrs.pad_width]).reshape(-1, 2)
    result = call.args[0]
    for axis, (size, width) in enumerate(zip(shape_of(result), widths, strict=True)):
        if width.any():
            order = np.pad(np.arange(size), tuple(width), mode)  # type: ignore[call-overload]
            result = relax.op.take(result, relax.const(order.astype(np.int32)), axis)
    return result
