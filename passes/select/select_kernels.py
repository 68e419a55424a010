"""Group the operators that a kernel covers into one composite function per kernel call.

Unlike `FuseOpsByPattern` this keeps the name of every group's output (reports and verification
need it), looks at all kernels that apply to an operator, and records why the others do not.
"""

from collections import Counter

import tvm
from tvm import relax
from tvm.ir import GenericConst
from tvm.relax.expr import _update_type

from tinycompile.choice import Choice
from tinycompile.kernel import Bindings, Candidate, Kernel, Match, Pattern, Refusal, count_uses
from tinycompile.rewriting.expressions import is_call, substitute, typed, variables
from tinycompile.rewriting.qdq import known
from tinycompile.rewriting.rewriter import Rewriter

COMPOSITE = "Composite"  # attribute of a composite function: the kernel's symbol

# By the last variable of a group: its kernel and all its variables.
Groups = dict[relax.Var, tuple[Kernel, list[relax.Var]]]


@tvm.transform.module_pass(opt_level=0, name="SelectKernels")
class SelectKernels:
    """`refusals` collects, by the name of an operator's output, why kernels did not take it."""

    def __init__(
        self,
        kernels: list[Kernel],
        refusals: dict[str, list[Refusal]],
        choice: Choice | None = None,
    ) -> None:
        self.kernels = [(kernel, kernel.pattern()) for kernel in kernels]
        self.refusals = refusals
        self.choice = choice or Choice()

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        """A quantised constant that no kernel takes along with its operator is tried as reals."""
        groups = self.groups(mod)
        changed = Rewriter(mod, lambda *binding: _real(groups, *binding)).run()
        if changed.same_as(mod):
            return outline(mod, groups)
        return outline(changed, self.groups(changed))

    def groups(self, mod: tvm.IRModule) -> Groups:
        func = mod["main"]
        (block,) = func.body.blocks
        bindings = Bindings(func)
        groups: Groups = {}
        taken: set[relax.Var] = set()
        for binding in reversed(block.bindings):
            if binding.var in taken or not isinstance(binding.value, relax.Call):
                continue
            if chosen := self.choose(binding.var, bindings):
                kernel, match = chosen.kernel, chosen.match
                groups[binding.var] = kernel, interior(binding.var, match, bindings.values)
                taken.update(groups[binding.var][1])
        return groups

    def choose(self, root: relax.Var, bindings: Bindings) -> Candidate | None:
        """The best of the kernels that can take `root`: the first of each family is a candidate.

        Those for packed weights are, if asked for, before all others.
        """
        wanted = self.choice.wanted(root.name)
        kernels = [pair for pair in self.kernels if wanted in (None, pair[0].symbol)]
        plain = [pair for pair in kernels if not pair[0].packed or wanted]
        packed = [pair for pair in kernels if pair[0].packed and self.choice.packs]
        candidates = self.candidates(packed, root, bindings) or self.candidates(
            plain, root, bindings
        )
        if wanted and not candidates:
            self.choice.refused(root.name, self.refusals.get(root.name, []))
        return self.choice.best(candidates) if candidates else None

    def candidates(
        self, kernels: list[tuple[Kernel, Pattern]], root: relax.Var, bindings: Bindings
    ) -> list[Candidate]:
        candidates: dict[str, Candidate] = {}
        for kernel, pattern in kernels:
            if kernel.family in candidates:
                continue
            match = self.match(pattern, root, bindings)
            if match is None:
                continue
            refusal = kernel.refusal(match) or constant_input(kernel, pattern, match)
            if refusal := refusal or self.choice.refusal(kernel):
                said = self.refusals.setdefault(root.name, [])
                said += [] if refusal in said else [refusal]
                continue
            shape = tuple(int(d) for d in root.ty.shape)
            candidates[kernel.family] = Candidate(kernel, match, shape)
        return list(candidates.values())

    def match(self, pattern: Pattern, root: relax.Var, bindings: Bindings) -> Match | None:
        """What `pattern` finds at `root`, unless an intermediate value of it is needed elsewhere."""
        match = pattern.extract(root, bindings)
        if match is None:
            return None
        inner = interior(root, match, bindings.values)
        inside = count_uses(bindings.values[var] for var in inner)
        shared = any(bindings.uses[var] > inside[var] for var in inner if not var.same_as(root))
        return None if shared else match


def constant_input(kernel: Kernel, pattern: Pattern, match: Match) -> Refusal | None:
    """The words against a constant where the kernel reads a tensor from the arena."""
    for name in sorted(pattern.tensors & match.parts.keys()):
        if isinstance(match[name], GenericConst):
            return Refusal(kernel.symbol, "Its inputs are tensors", f"{name} is a constant")
    return None


def interior(root: relax.Var, match: Match, values: dict[relax.Var, relax.Expr]) -> list[relax.Var]:
    """The variables bound to matched operators, `root` last."""
    matched = {expr for expr in match.parts.values() if isinstance(expr, relax.Call)}
    found: list[relax.Var] = []

    def visit(var: relax.Var) -> None:
        for argument in values[var].args:
            if isinstance(argument, relax.Var) and values.get(argument) in matched:
                visit(argument)
        if var not in found:
            found.append(var)

    visit(root)
    return found


def _real(
    groups: Groups, rewriter: Rewriter, var: relax.Var, call: relax.Call
) -> relax.Expr | None:
    if not is_call(call, "dequantize") or any(var in group for _, group in groups.values()):
        return None
    value = known(rewriter, call)
    return None if value is None else relax.const(value)


def outline(mod: tvm.IRModule, groups: Groups) -> tvm.IRModule:
    """Move each group's bindings into a private function and call it where the group's root was bound."""
    func = mod["main"]
    (block,) = func.body.blocks
    inner = {var for root, (_, group) in groups.items() for var in group if not var.same_as(root)}
    order = {binding.var: i for i, binding in enumerate(block.bindings)}
    builder, counts = relax.BlockBuilder(mod), Counter[str]()
    functions = dict(mod.functions_items())
    bindings = []
    for binding in block.bindings:
        if binding.var in inner:
            continue
        if binding.var in groups:
            kernel, group = groups[binding.var]
            ours = [block.bindings[i] for i in sorted(order[var] for var in group)]
            composite, arguments = composite_function(builder, kernel, ours)
            name = relax.GlobalVar(f"{kernel.symbol}_{counts[kernel.symbol]}")
            counts[kernel.symbol] += 1
            _update_type(name, composite.ty)
            functions[name] = composite
            call = typed(relax.Call(name, arguments), binding.var.ty)
            binding = relax.VarBinding(binding.var, call)
        bindings.append(binding)
    body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], func.body.body))
    main = relax.Function(func.params, body, func.ret_ty, func.is_pure, func.attrs)
    functions[mod.get_global_var("main")] = main
    return tvm.IRModule(functions, attrs=mod.attrs)


def composite_function(
    builder: relax.BlockBuilder, kernel: Kernel, ours: list[relax.Binding]
) -> tuple[relax.Function, list[relax.Var]]:
    """A function of the group's bindings and the variables of `main` it is called on."""
    group = [binding.var for binding in ours]
    arguments: list[relax.Var] = []
    for binding in ours:
        for argument in variables(binding.value):
            if argument not in group and argument not in arguments:
                arguments.append(argument)
    copies = {var: relax.Var(var.name, var.ty) for var in arguments}
    params, bindings = list(copies.values()), []
    for binding in ours:
        kind = relax.Var if binding is ours[-1] else relax.DataflowVar
        value = typed(substitute(binding.value, copies), binding.value.ty)
        copies[binding.var] = kind(binding.var.name, binding.var.ty)
        bindings.append(relax.VarBinding(copies[binding.var], value))
    result = copies[ours[-1].var]
    body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], result))
    func = relax.Function(params, body, result.ty)
    return func.with_attrs({COMPOSITE: kernel.symbol, "Primitive": True}), arguments
