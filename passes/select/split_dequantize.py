"""Give each consumer of a dequantised tensor a dequantize of its own.

A kernel takes its operator together with the dequantize before it; a dequantize that two operators read would
have to be a float tensor in memory.
"""

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="SplitDequantize")
class SplitDequantize:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return Rewriter(mod, _Split()).run()


class _Split:
    """The rule; `taken` are the dequantised tensors that have their consumer."""

    def __init__(self) -> None:
        self.taken: set[relax.Expr] = set()

    def __call__(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        args = [self._own(rewriter, arg) for arg in call.args]
        if all(new.same_as(old) for new, old in zip(args, call.args, strict=True)):
            return None
        return relax.Call(call.op, args, call.attrs, call.ty_args)

    def _own(self, rewriter: Rewriter, arg: relax.Expr) -> relax.Expr:
        if isinstance(arg, relax.Tuple):
            fields = [self._own(rewriter, field) for field in arg.fields]
            same = all(new.same_as(old) for new, old in zip(fields, arg.fields, strict=True))
            return arg if same else relax.Tuple(fields)
        value = rewriter.value(arg)
        if isinstance(value, relax.Var) and not value.same_as(arg):  # an output's second name
            return self._own(rewriter, value)
        if not is_call(value, "dequantize"):
            return arg
        if arg not in self.taken and not rewriter.is_output(arg):
            self.taken.add(arg)
            return arg
        return relax.Call(value.op, value.args, value.attrs, value.ty_args)
