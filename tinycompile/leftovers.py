"""What no kernel took, in words: the model's operators, each with the reason, in a line or two."""

from collections.abc import Iterable
from typing import Any

from tvm import relax

from tinycompile.errors import UnsupportedOperator, listed
from tinycompile.frontend.source import Source
from tinycompile.kernel import GENERATED_C, Refusal, types
from tinycompile.rewriting.expressions import variables
from tinycompile.rewriting.rewriter import is_invented

GROUPS, REASONS = 2, 1  # different answers in one error, and reasons of kernels in one answer
SUFFIXES = {"int8": "s8", "int16": "s16", "float32": "f32"}  # as names of kernels end


class Leftovers:
    """`left` are the bindings among `bindings` that nothing took; the others show what they belong to."""

    def __init__(
        self,
        left: list[Any],
        bindings: Iterable[Any],
        source: Source,
        refusals: dict[str, list[Refusal]],
    ) -> None:
        self.left, self.source, self.refusals = left, source, refusals
        self.readers: dict[relax.Var, list[Any]] = {}
        for binding in bindings:
            for var in variables(binding.value):
                self.readers.setdefault(var, []).append(binding)

    def error(self) -> UnsupportedOperator:
        reasons: dict[str, str] = {}  # by operator of the model, which may be several of Relax
        for binding in self.left:
            reasons.setdefault(self.origin(binding.var), self.reason(binding))
        answers: dict[str, list[str]] = {}
        for origin, why in reasons.items():
            answers.setdefault(why, []).append(origin)
        shown = [f"{listed(origins)}: {why}" for why, origins in list(answers.items())[:GROUPS]]
        more = sum(len(origins) for origins in list(answers.values())[GROUPS:])
        return UnsupportedOperator(
            f"cannot compile {'; '.join(shown)}{f' (and {more} more operators)' * (more > 0)}"
        )

    def origin(self, var: relax.Var) -> str:
        """The operator of the model that `var` belongs to: what makes it, or else the next that is known."""
        behind = list(self.downstream(var))
        made = (v for v in behind if v.name in {*self.source.nodes, *self.source.inputs})
        named = (v for v in behind if not is_invented(v.name))
        return self.source.origin(next(made, next(named, var)).name)

    def downstream(self, var: relax.Var) -> Iterable[relax.Var]:
        """`var` and what is computed of it, the nearest first."""
        seen, waiting = {var}, [var]
        for current in waiting:
            yield current
            for binding in self.readers.get(current, []):
                if binding.var not in seen:
                    seen.add(binding.var)
                    waiting.append(binding.var)

    def reason(self, binding: Any) -> str:
        """Why nothing takes this operator: the words of the kernels for its types, or of any, and of TVM."""
        roots = [v for v in self.downstream(binding.var) if self.is_part(binding.var, v)]
        asked = [refusal for root in roots for refusal in self.refusals.get(root.name, [])]
        of_kernels = [refusal for refusal in asked if refusal.symbol != GENERATED_C]
        suffix = SUFFIXES.get(dtype_of(roots[-1]), "")
        fitting = [r for r in of_kernels if suffix in types(r.symbol)] or of_kernels
        generated = [refusal for refusal in asked if refusal.symbol == GENERATED_C]
        reasons = [*fitting[:REASONS], *generated[:1]]
        return "; ".join(dict.fromkeys(map(str, reasons))) or "there is no kernel for it"

    def is_part(self, var: relax.Var, root: relax.Var) -> bool:
        """Whether `root` is a result of `var` itself, rather than of an operator behind it."""
        return var.same_as(root) or self.origin(var) == self.origin(root)


def dtype_of(expr: relax.Expr) -> str:
    """The type of a tensor; "" of several."""
    return str(getattr(expr.ty, "dtype", ""))
