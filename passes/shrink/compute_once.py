"""Operators of the same kind on the same operands are computed once; equal constants count as the same.

What has been found equal makes its readers equal, too: whole parts of a network that are there twice go.
"""

from typing import Any

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import is_call, substitute, variables
from tinycompile.rewriting.rewriter import is_invented, returned
from tinycompile.shrinking.record import Record


@tvm.transform.module_pass(opt_level=0, name="ComputeOnce")
class ComputeOnce:
    """`record` is told what is not computed any more. Outputs keep operators of their own."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        main = mod["main"]
        old = [b for block in main.body.blocks for b in block.bindings]
        outputs = returned(main.body.body, {b.var: b.value for b in old})
        builder = relax.BlockBuilder(mod)
        seen: dict[Any, relax.Var] = {}
        same: dict[relax.Var, relax.Expr] = {}
        bindings = []
        for binding in old:
            var, value = binding.var, binding.value
            if any(operand in same for operand in variables(value)):
                value = builder.normalize(substitute(value, same))
            key = _key(value) if _is_pure(value) and var not in outputs else None
            if key is not None and key in seen:
                same[var] = seen[key]
                self.note(var, value, seen[key])
                continue
            if key is not None:
                seen[key] = var
            bindings.append(relax.VarBinding(var, value))
        if not same:
            return mod
        self.record.measure(mod)
        body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], main.body.body))
        function = relax.Function(main.params, body, body.ty, main.is_pure, main.attrs)
        functions = dict(mod.functions_items()) | {mod.get_global_var("main"): function}
        result = tvm.IRModule(functions, attrs=mod.attrs)
        self.record.measure(result)
        return result

    def note(self, var: relax.Var, value: relax.Expr, first: relax.Var) -> None:
        if not is_invented(var.name) and not is_call(value, "dequantize"):
            self.record.operators[var.name] = f'computed once, as "{first.name}"'


def _is_pure(value: relax.Expr) -> bool:
    """Whether `value` is a call of an operator of Relax: states and assignments are calls of functions."""
    name = str(getattr(getattr(value, "op", None), "name", ""))
    return isinstance(value, relax.Call) and not name.startswith("relax.call")


def _key(expr: Any) -> Any:
    """The same for expressions that have the same value."""
    if isinstance(expr, relax.Var):
        return expr
    if isinstance(expr, GenericConst):
        array = expr.value.numpy()
        return str(array.dtype), array.shape, array.tobytes()
    if isinstance(expr, relax.Tuple):
        return tuple(_key(field) for field in expr.fields)
    if not isinstance(expr, relax.Call):
        return str(expr)
    attrs = expr.attrs
    names = [] if attrs is None else [f.name for f in type(attrs).__tvm_ffi_type_info__.fields]
    described = tuple((name, str(getattr(attrs, name))) for name in names)
    return expr.op.name, described, tuple(_key(arg) for arg in expr.args)
