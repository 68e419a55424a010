"""Put other values in the place of weights and biases, by the names of the operators that read them."""

from collections.abc import Mapping
from typing import Any

import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile.rewriting.expressions import constant
from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="SetConstants")
class SetConstants:
    """`values` replace the second operand of the operators of these names."""

    def __init__(self, values: Mapping[str, NDArray[Any]]) -> None:
        self.values = values

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return Rewriter(mod, self.rule).run()

    def rule(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        if var.name not in self.values:
            return None
        value = constant(self.values[var.name])
        return relax.Call(call.op, [call.args[0], value, *call.args[2:]], call.attrs, call.ty_args)
