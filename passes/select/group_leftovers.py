"""Group the operators that no kernel took: each group becomes one generated C function.

What is computed element by element joins the group of what reads it, as does the sum or product before that:
it saves a tensor in memory, and nothing is computed twice. What is needed as a tensor, as an output of the
model or by other readers, ends a group. Easy kernels, that compute reals element by element or make them of
integers, come along where they stand beside what is left over; a few of them in a row are better off
as one function, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

import tvm
from tvm import relax

from tinycompile import external, tir
from tinycompile.families import GENERATED
from tinycompile.kernel import GENERATED_C, Refusal
from tinycompile.rewriting.expressions import is_call, shape_of, substitute, typed, variables
from tinycompile.rewriting.outline import COMPOSITE, Group, outline

# Operators that only rename a shape: the bytes stay where they are.
FREE = {"relax.reshape", "relax.expand_dims", "relax.squeeze", "relax.flatten"}

EASY = {  # kernels that may as well be part of a group, and the kind of operators they are
    "tc_quantize_f32_s8": "elementwise", "tc_quantize_f32_s16": "elementwise",
    "tc_dequantize_s8_f32": "elementwise", "tc_dequantize_s16_f32": "elementwise",
    "tc_arithmetic_f32": "broadcast", "tc_arithmetic_constant_f32": "broadcast",
    "tc_unary_f32": "elementwise", "tc_mean_f32": "reduction",
}  # fmt: skip
ENOUGH = 3  # easy kernels for a group
LAST = ("elementwise", "broadcast")  # kinds that may follow a sum, element by element
SIMPLE = (*LAST, "injective")  # kinds that compute an element of a few others
CHEAP = ("dequantize", "astype", "reshape", "expand_dims", "squeeze", "flatten")  # to be done again


@tvm.transform.module_pass(opt_level=0, name="GroupLeftovers")
class GroupLeftovers:
    """`refusals` collects, by the name of an operator's output, why there is no code for it."""

    def __init__(self, refusals: dict[str, list[Refusal]]) -> None:
        self.refusals = refusals

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return _Grouping(mod, self.refusals).run()


def is_left(value: relax.Expr) -> bool:
    """Whether `value` is an operator that must be computed and that no kernel took."""
    if not isinstance(value, relax.Call) or isinstance(value.op, relax.GlobalVar):
        return False
    if value.op.name in FREE and isinstance(value.args[0], relax.Var):
        return False
    return not (external.is_state(value) or external.is_assignment(value))


@dataclass(eq=False)
class _Operator:
    """What may be in a group: a binding of `main`, or those of a kernel's function in its place."""

    bindings: Sequence[relax.Binding]
    kind: str
    left: bool = False  # no kernel took it
    free: bool = False

    @property
    def var(self) -> relax.Var:
        return self.bindings[-1].var


@dataclass(eq=False)
class _Growing:
    """A group that grows from its last operator to the first."""

    members: dict[relax.Var, _Operator | None] = field(default_factory=dict)  # None: of a tuple
    hearts: list[_Operator] = field(default_factory=list)  # that sum, or are opaque

    def is_needed(self) -> bool:
        operators = [operator for operator in self.members.values() if operator]
        easy = [operator for operator in operators if not operator.free]
        return len(easy) >= ENOUGH or any(operator.left for operator in operators)


class _Grouping:
    def __init__(self, mod: tvm.IRModule, refusals: dict[str, list[Refusal]]) -> None:
        self.mod, self.refusals, self.main = mod, refusals, mod["main"]
        (block,) = self.main.body.blocks
        self.bindings = list(block.bindings)
        self.groups: dict[relax.Var, _Growing] = {}
        self.readers: dict[relax.Var, list[relax.Var | None]] = {}  # None: the function's result
        for reader, value in [(b.var, b.value) for b in self.bindings] + [
            (None, self.main.body.body)
        ]:
            for var in variables(value):
                self.readers.setdefault(var, []).append(reader)

    def run(self) -> tvm.IRModule:
        for binding in reversed(self.bindings):
            if operator := self.operator(binding):
                self.visit(operator)
        groups = {id(g): g for g in self.groups.values() if g.is_needed()}.values()
        if not groups:
            return self.mod
        for group in groups:
            self.trim(group)
        return outline(self.spliced(groups), [self.outlined(group) for group in groups])

    def operator(self, binding: relax.Binding) -> _Operator | None:
        value = binding.value
        if is_left(value):
            kind = self.kind(binding)
            return _Operator([binding], kind, left=True) if kind else None
        if not isinstance(value, relax.Call):
            return None
        if not isinstance(value.op, relax.GlobalVar):
            free = value.op.name in FREE
            return _Operator([binding], "injective", free=True) if free else None
        function = self.mod[value.op]
        symbol = str(function.attrs[COMPOSITE])
        if symbol not in EASY:
            return None
        by = dict(zip(function.params, value.args, strict=True))
        bindings = []
        for inner in function.body.blocks[0].bindings:
            last = inner.var.same_as(function.body.body)
            var = binding.var if last else relax.DataflowVar(inner.var.name, inner.var.ty)
            call = typed(substitute(inner.value, by), inner.value.ty)
            bindings.append(relax.VarBinding(var, call))
            by[inner.var] = var
        return _Operator(bindings, EASY[symbol])

    def kind(self, binding: relax.Binding) -> str:
        """Of what is left over; "" if there is no code for it."""
        try:
            return tir.kind(binding.value, self.mod)
        except tir.Refused as refused:
            why = Refusal(GENERATED_C, "TVM lowers the operator to loops", str(refused))
            self.refusals.setdefault(binding.var.name, []).append(why)
            return ""

    # --- Which group an operator is in ------------------------------------------------------------

    def visit(self, operator: _Operator) -> None:
        found = self.group_of_readers(operator.var)
        if found is not None and self.joins(operator, found):
            self.add(operator, found)
        elif not operator.free:
            group = _Growing()
            self.add(operator, group)
            if isinstance(operator.var.ty, relax.TupleType):
                for reader in self.readers[operator.var]:
                    assert reader is not None
                    group.members[reader], self.groups[reader] = None, group

    def add(self, operator: _Operator, group: _Growing) -> None:
        group.members[operator.var], self.groups[operator.var] = operator, group
        if operator.kind not in SIMPLE:
            group.hearts.append(operator)

    def group_of_readers(self, var: relax.Var) -> _Growing | None:
        """The group that all readers of `var` are in."""
        readers = self.readers.get(var, [])
        groups = [self.groups.get(reader) for reader in readers if reader is not None]
        if not groups or len(groups) < len(readers) or any(g is not groups[0] for g in groups):
            return None
        return groups[0]

    def joins(self, operator: _Operator, group: _Growing) -> bool:
        """Whether `operator`, which only `group` reads, is best computed in it."""
        behind = self.behind(operator.var, group)
        if operator.kind not in SIMPLE:
            size, sizes = size_of(operator.var), [size_of(o.var) for o in behind]
            if operator.kind == "reduction" and size < max(sizes):  # of rows that are walked again
                return all(heart.kind == "reduction" for heart in group.hearts)
            last = all(o.free or o.kind in LAST for o in behind)
            return not group.hearts and last and {*sizes} == {size}
        hearts = {heart.kind for heart in group.hearts if heart in behind}
        cheap = all(any(is_call(b.value, op) for op in CHEAP) for b in operator.bindings)
        return hearts <= {"reduction"} or (hearts == {"out-fusable"} and cheap)

    def behind(self, var: relax.Var, group: _Growing) -> list[_Operator]:
        """The members of `group` that depend on `var`."""
        found: dict[relax.Var, _Operator] = {}
        waiting = [var]
        while waiting:
            for reader in self.readers.get(waiting.pop(), []):
                member = group.members.get(reader)
                if member and reader not in found:
                    found[reader] = member
                    waiting.append(reader)
        return list(found.values())

    # --- The groups as functions ------------------------------------------------------------------

    def trim(self, group: _Growing) -> None:
        """Leave out reshapes before the first operator."""
        for binding in self.bindings:
            operator = group.members.get(binding.var)
            inside = any(var in group.members for var in variables(binding.value))
            if operator and operator.free and not inside:
                del group.members[binding.var]

    def spliced(self, groups: Iterable[_Growing]) -> tvm.IRModule:
        """The module, in which the operators of groups stand for the calls of kernels."""
        members = {var: o for group in groups for var, o in group.members.items() if o}
        bindings: list[relax.Binding] = []
        for binding in self.bindings:
            found = members.get(binding.var)
            bindings += found.bindings if found else [binding]
        main = self.main
        body = relax.SeqExpr([relax.DataflowBlock(bindings)], main.body.body)
        functions = dict(self.mod.functions_items())
        functions[self.mod.get_global_var("main")] = relax.Function(
            main.params, body, main.ret_ty, main.is_pure, main.attrs
        )
        return tvm.IRModule(functions, attrs=self.mod.attrs)

    def outlined(self, group: _Growing) -> Group:
        members: list[relax.Var] = []
        outputs: list[relax.Var] = []
        for binding in self.bindings:
            if binding.var not in group.members:
                continue
            operator = group.members[binding.var]
            members += [b.var for b in operator.bindings] if operator else [binding.var]
            if any(r is None or r not in group.members for r in self.readers.get(binding.var, [])):
                outputs.append(binding.var)
        return Group(GENERATED, members, outputs)


def size_of(var: relax.Var) -> int:
    """How many elements a tensor has; 0 of several tensors."""
    return prod(shape_of(var)) if isinstance(var.ty, relax.TensorType) else 0
