"""negative(negative(x)) -> x."""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite


@tvm.transform.module_pass(opt_level=0, name="RemoveDoubleNegation")
class RemoveDoubleNegation:
    @property
    def rules(self) -> Sequence[Rule]:
        return [_inner]

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _inner(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "negative"):
        return None
    inner = rewriter.call(call.args[0], "negative")
    return None if inner is None else inner.args[0]
