"""A `main` written anew, binding by binding, with other inputs and outputs than it had."""

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import substitute


class Block:
    """The bindings of a new `main`; `replaced` are variables of the old one and what stands for them."""

    def __init__(self, module: tvm.IRModule) -> None:
        self.old, self.builder = module, relax.BlockBuilder(module)
        self.bindings: list[relax.VarBinding] = []
        self.replaced: dict[relax.Var, relax.Expr] = {}

    def of(self, value: relax.Expr) -> relax.Expr:
        return substitute(value, self.replaced)

    def bind(self, name: str, value: relax.Expr) -> relax.Var:
        value = self.builder.normalize(value)
        var = relax.DataflowVar(name, value.ty)
        self.bindings.append(relax.VarBinding(var, value))
        return var

    def module(
        self, main: relax.Function, params: list[relax.Var], outputs: list[relax.Expr]
    ) -> tvm.IRModule:
        result = self.builder.normalize(relax.Tuple(outputs))
        whole = relax.Var("gv", result.ty)
        bindings = [*self.bindings, relax.VarBinding(whole, result)]
        body = self.builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], whole))
        new = relax.Function(params, body, body.ty, main.is_pure, main.attrs)
        functions = dict(self.old.functions_items())
        functions[self.old.get_global_var("main")] = new
        return tvm.IRModule(functions, attrs=self.old.attrs)
