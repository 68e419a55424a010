"""Tensors whose names the compiler made up get some that it makes up for no other: lv5 -> lv5_.

What quantisation finds out, and what `verify` compares with, goes by names; later passes reuse numbers.
"""

from itertools import count

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import substitute, typed
from tinycompile.rewriting.rewriter import SETTLED, is_reused


@tvm.transform.module_pass(opt_level=0, name="SettleNames")
class SettleNames:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        main, bindings = mod["main"], []
        settled: dict[relax.Var, relax.Expr] = {}
        taken = {b.var.name for block in main.body.blocks for b in block.bindings}
        free = (f"lv{i}{SETTLED}" for i in count() if f"lv{i}{SETTLED}" not in taken)
        for binding in (b for block in main.body.blocks for b in block.bindings):
            var, value = binding.var, substitute(binding.value, settled)
            if isinstance(value, relax.Call):
                value = typed(value, binding.value.ty)
            if isinstance(var, relax.DataflowVar) and is_reused(var.name):
                settled[var] = relax.DataflowVar(next(free), var.ty)
            bindings.append(relax.VarBinding(settled.get(var, var), value))
        if not settled:
            return mod
        result = substitute(main.body.body, settled)
        body = relax.BlockBuilder(mod).normalize(
            relax.SeqExpr([relax.DataflowBlock(bindings)], result)
        )
        functions = dict(mod.functions_items())
        functions[mod.get_global_var("main")] = relax.Function(
            main.params, body, main.ret_ty, main.is_pure, main.attrs
        )
        return tvm.IRModule(functions, attrs=mod.attrs)
