"""quantize(dequantize(x)) -> x where both have the same scale and zero point."""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.rewriting import qdq
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite


@tvm.transform.module_pass(opt_level=0, name="CancelRequantize")
class CancelRequantize:
    @property
    def rules(self) -> Sequence[Rule]:
        return (cancel,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def cancel(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    wanted = qdq.of_quantize(call)
    if wanted is None or (found := qdq.dequantized(rewriter, call.args[0])) is None:
        return None
    integers, quantization = found
    return integers if quantization == wanted else None
