"""Groups of operators become private functions, called where the groups stood; tensors keep their names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import tvm
from tvm import relax
from tvm.relax.expr import _update_type

from tinycompile.rewriting.expressions import substitute, typed, variables

COMPOSITE = "Composite"  # attribute of such a function: what it is, the symbol of a kernel for one


@dataclass(frozen=True)
class Group:
    """`members` of `main` that become a function; `outputs` are those that are needed outside."""

    composite: str
    members: Sequence[relax.Var]
    outputs: Sequence[relax.Var]


def outline(mod: tvm.IRModule, groups: Sequence[Group]) -> tvm.IRModule:
    """Move the bindings of each group into a function, and call it where the last of its calls was bound."""
    func = mod["main"]
    (block,) = func.body.blocks
    builder, counts = relax.BlockBuilder(mod), Counter[str]()
    functions = dict(mod.functions_items())
    group_of = {var: group for group in groups for var in group.members}
    calls = [b.var for b in block.bindings if isinstance(b.value, relax.Call) and b.var in group_of]
    last = {id(group_of[var]): var for var in calls}
    ours: dict[int, list[relax.Binding]] = {id(group): [] for group in groups}
    for binding in block.bindings:
        if group := group_of.get(binding.var):
            ours[id(group)].append(binding)
    bindings = []
    for binding in block.bindings:
        group = group_of.get(binding.var)
        if group is None:
            bindings.append(binding)
        elif last[id(group)].same_as(binding.var):
            function, arguments = function_of(builder, group, ours[id(group)])
            name = relax.GlobalVar(f"{group.composite}_{counts[group.composite]}")
            counts[group.composite] += 1
            _update_type(name, function.ty)
            functions[name] = function
            bindings += called(typed(relax.Call(name, arguments), function.ret_ty), group.outputs)
    body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], func.body.body))
    main = relax.Function(func.params, body, func.ret_ty, func.is_pure, func.attrs)
    functions[mod.get_global_var("main")] = main
    return tvm.IRModule(functions, attrs=mod.attrs)


def called(call: relax.Call, outputs: Sequence[relax.Var]) -> list[relax.Binding]:
    """`outputs` bound to the results of `call`."""
    if len(outputs) == 1:
        return [relax.VarBinding(outputs[0], call)]
    results = relax.DataflowVar(f"{outputs[0].name}_all", call.ty)
    fields = [relax.TupleGetItem(results, i) for i in range(len(outputs))]
    return [
        relax.VarBinding(results, call),
        *(relax.VarBinding(*pair) for pair in zip(outputs, fields, strict=True)),
    ]


def function_of(
    builder: relax.BlockBuilder, group: Group, ours: Sequence[relax.Binding]
) -> tuple[relax.Function, list[relax.Var]]:
    """A function of the group's bindings, `ours`, and the variables of `main` it is called on."""
    members, outputs = set(group.members), set(group.outputs)
    arguments: list[relax.Var] = []
    for binding in ours:
        for argument in variables(binding.value):
            if argument not in members and argument not in arguments:
                arguments.append(argument)
    copies: dict[relax.Var, relax.Expr] = {var: relax.Var(var.name, var.ty) for var in arguments}
    params, bindings = list(copies.values()), []
    for binding in ours:
        kind = relax.Var if binding.var in outputs else relax.DataflowVar
        value = substitute(binding.value, copies)
        if isinstance(value, relax.Call):
            value = typed(value, binding.value.ty)
        copies[binding.var] = kind(binding.var.name, binding.var.ty)
        bindings.append(relax.VarBinding(copies[binding.var], value))
    results = [copies[var] for var in group.outputs]
    result = results[0] if len(results) == 1 else relax.Tuple(results)
    body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], result))
    func = relax.Function(params, body, body.ty)
    return func.with_attrs({COMPOSITE: group.composite, "Primitive": True}), arguments
