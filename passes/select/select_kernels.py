"""Group the operators that a kernel covers into one composite function per kernel call.

Unlike `FuseOpsByPattern` this keeps the name of every group's output (reports and verification
need it), looks at all kernels that apply to an operator, and records why the others do not.
"""

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.choice import Choice
from tinycompile.families import PORTABLE
from tinycompile.kernel import Bindings, Candidate, Kernel, Match, Pattern, Refusal
from tinycompile.matching import interior, match_at
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.outline import Group, outline
from tinycompile.rewriting.qdq import known
from tinycompile.rewriting.rewriter import Rewriter

Groups = dict[relax.Var, Group]  # by the last variable of each, its only output


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
            return outline(mod, list(groups.values()))
        return outline(changed, list(self.groups(changed).values()))

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
                members = interior(binding.var, chosen.match, bindings.values)
                groups[binding.var] = Group(chosen.kernel.symbol, members, [binding.var])
                taken.update(members)
        return groups

    def choose(self, root: relax.Var, bindings: Bindings) -> Candidate | None:
        """The best of the kernels that can take `root`: the first of each family is a candidate.

        Those for packed weights are, if asked for, before all others.
        """
        wanted = self.choice.wanted(root.name)
        kernels = [pair for pair in self.kernels if wanted in (None, pair[0].symbol)]
        spend = self.choice.lavish or wanted
        plain = [pair for pair in kernels if wanted or not pair[0].packed]
        plain = [pair for pair in plain if spend or not pair[0].lavish]
        candidates: list[Candidate] = []
        if self.choice.packs:
            candidates = self.candidates(kernels, root, bindings, packing=True)
        candidates = candidates or self.candidates(plain, root, bindings)
        if wanted and not candidates:
            self.choice.refused(root.name, self.refusals.get(root.name, []))
        return self.choice.best(root.name, candidates) if candidates else None

    def candidates(
        self,
        kernels: list[tuple[Kernel, Pattern]],
        root: relax.Var,
        bindings: Bindings,
        *,
        packing: bool = False,
    ) -> list[Candidate]:
        """With `packing`, those that pack the layer's weights."""
        candidates: dict[str, Candidate] = {}
        for kernel, pattern in kernels:
            if kernel.family in candidates:
                continue
            match = match_at(pattern, root, bindings)
            if match is None or (packing and not (kernel.packed or kernel.packs(match))):
                continue
            refusal = kernel.refusal(match) or constant_input(kernel, pattern, match)
            if refusal := refusal or self.choice.refusal(kernel):
                said = self.refusals.setdefault(root.name, [])
                said += [] if refusal in said else [refusal]
                continue
            candidates[kernel.family] = Candidate(kernel, match, first_shape(root.ty))
        rest = candidates.get(PORTABLE)
        return [found for found in candidates.values() if in_its_place(found, rest)]


def in_its_place(candidate: Candidate, portable: Candidate | None) -> bool:
    """Whether it stands for no portable kernel, or for the one that would be taken."""
    place = candidate.kernel.stands_for
    return not place or portable is None or portable.kernel.symbol == place


def first_shape(type_: relax.TensorType | relax.TupleType) -> tuple[int, ...]:
    """Of a result, or the first of several."""
    tensor = type_.fields[0] if isinstance(type_, relax.TupleType) else type_
    return tuple(int(d) for d in tensor.shape)


def constant_input(kernel: Kernel, pattern: Pattern, match: Match) -> Refusal | None:
    """The words against a constant where the kernel reads a tensor from the arena."""
    for name in sorted(pattern.tensors & match.parts.keys()):
        if isinstance(match[name], GenericConst):
            return Refusal(kernel.symbol, "Its inputs are tensors", f"{name} is a constant")
    return None


def _real(
    groups: Groups, rewriter: Rewriter, var: relax.Var, call: relax.Call
) -> relax.Expr | None:
    if not is_call(call, "dequantize") or any(var in group.members for group in groups.values()):
        return None
    value = known(rewriter, call)
    return None if value is None else relax.const(value)
