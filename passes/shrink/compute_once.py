"""Operators of the same kind on the same operands are computed once; equal constants count as the same.

What has been found equal makes its readers equal, too: whole parts of a network that are there twice go.
Quantised operators go whole or not at all.
"""

from collections import defaultdict
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
        same = _equal(old, returned(main.body.body, {b.var: b.value for b in old}))
        _leave_stretches(old, same)
        if not same:
            return mod
        builder, bindings = relax.BlockBuilder(mod), []
        for binding in old:
            var, value = binding.var, binding.value
            if var in same:
                self.note(var, value, same[var])
                continue
            if any(operand in same for operand in variables(value)):
                value = builder.normalize(substitute(value, same))
            bindings.append(relax.VarBinding(var, value))
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


def _equal(bindings: list[Any], outputs: list[Any]) -> dict[relax.Var, relax.Var]:
    """Of each variable whose value an earlier one has: that one."""
    seen: dict[Any, relax.Var] = {}
    same: dict[relax.Var, relax.Var] = {}
    for binding in bindings:
        var, value = binding.var, substitute(binding.value, same)
        if not _is_pure(value) or var in outputs:
            continue
        first = seen.setdefault(_key(value), var)
        if first is not var:
            same[var] = first
    return same


def _leave_stretches(bindings: list[Any], same: dict[relax.Var, relax.Var]) -> None:
    """What lies between dequantize and a quantize that stays is computed there, as another may be too.

    A kernel computes it together with both ends: nobody else can read it.
    """
    dequantised = {b.var for b in bindings if is_call(b.value, "dequantize")}
    real = set(dequantised)  # with what is made of those alone
    readers: dict[relax.Var, list[Any]] = defaultdict(list)
    for binding in bindings:
        operands = variables(binding.value)
        if operands and real.issuperset(operands) and not is_call(binding.value, "quantize"):
            real.add(binding.var)
        for operand in operands:
            readers[operand].append(binding)
    inside: set[relax.Var] = set()  # of such a stretch
    for binding in reversed(bindings):
        var, read_by = binding.var, readers[binding.var]
        ends = (is_call(r.value, "quantize") or r.var in inside for r in read_by)
        if read_by and var in real and var not in dequantised and all(ends):
            inside.add(var)
            if any(r.var not in same for r in read_by):
                same.pop(var, None)


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
