"""What no kernel took, in words: the model's operators, each with the reason, in a line or two."""

from collections.abc import Iterable
from typing import Any

from tvm import relax
from tvm.ir import GenericConst

from tinycompile.errors import UnsupportedOperator, listed
from tinycompile.frontend.source import Source
from tinycompile.kernel import Kernel, Refusal, types
from tinycompile.kernels.shared.unary import FUNCTIONS
from tinycompile.rewriting.expressions import is_call, variables
from tinycompile.rewriting.rewriter import is_invented

QUANTIZERS = ("relax.dequantize", "relax.quantize")
GROUPS, REASONS = 2, 2  # different answers in one error, and reasons in one answer
SUFFIXES = {"int8": "s8", "int16": "s16", "float32": "f32"}  # as names of kernels end


class Leftovers:
    """`left` are the bindings among `bindings` that nothing took; the others show what they belong to."""

    def __init__(
        self,
        left: list[Any],
        bindings: Iterable[Any],
        source: Source,
        refusals: dict[str, list[Refusal]],
        kernels: Iterable[Kernel],
    ) -> None:
        self.left, self.source, self.refusals = left, source, refusals
        patterns = [kernel.pattern() for kernel in kernels]
        self.quantizable = {
            op for p in patterns if "output.quantize" in p.parts for op in p.operators
        }
        self.readers: dict[relax.Var, list[Any]] = {}
        for binding in bindings:
            for var in variables(binding.value):
                self.readers.setdefault(var, []).append(binding)

    def error(self) -> UnsupportedOperator:
        reasons: dict[str, str] = {}  # by operator of the model, which may be several of Relax
        for binding in self.culprits():
            reasons.setdefault(self.origin(binding.var), self.reason(binding))
        answers: dict[str, list[str]] = {}
        for origin, why in reasons.items():
            answers.setdefault(why, []).append(origin)
        shown = [f"{listed(origins)}: {why}" for why, origins in list(answers.items())[:GROUPS]]
        more = sum(len(origins) for origins in list(answers.values())[GROUPS:])
        return UnsupportedOperator(
            f"cannot compile {'; '.join(shown)}{f' (and {more} more operators)' * (more > 0)}"
        )

    def culprits(self) -> list[Any]:
        """The operators that compute; where only constants were left in integers, those that read them."""
        computing = [b for b in self.left if b.value.op.name not in QUANTIZERS]
        if computing:
            return computing
        found = []
        for binding in self.left:
            constant = isinstance(binding.value.args[0], GenericConst)
            found += (
                self.readers.get(binding.var, [binding])[: len(self.left)]
                if constant
                else [binding]
            )
        return found

    def origin(self, var: relax.Var) -> str:
        """The operator of the model that `var` belongs to: what makes it, or else the next that is known."""
        known = (v for v in self.downstream(var) if not is_invented(v.name))
        return self.source.origin(next(known, var).name)

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
        """Why nothing takes this operator: the words of the kernels for its types, or of any."""
        var, call = binding.var, binding.value
        root = next((v for v in self.downstream(var) if self.refusals.get(v.name)), None)
        asked = self.refusals[root.name] if root is not None and self.is_part(var, root) else []
        suffix = SUFFIXES.get(dtype_of(root), "") if root is not None else ""
        fitting = [r for r in asked if suffix in types(r.symbol)] or asked
        reasons = list(dict.fromkeys(str(refusal) for refusal in fitting))[:REASONS]
        if reasons:
            return "; ".join(reasons)
        dtype = dtype_of(var)
        if dtype in ("", "bool"):  # of several outputs, of a comparison
            dtype = dtype_of(call.args[0])
        floats = dtype == "float32" and not self.source.quantization
        advice = (
            ": quantise the model (--quantize CALIB)"
            if floats and self.quantizing_helps(call)
            else ""
        )
        return f"there is no kernel for it in {dtype}{advice}"

    def is_part(self, var: relax.Var, root: relax.Var) -> bool:
        """Whether `root` is the integer result of `var` itself, rather than of an operator behind it."""
        return var.same_as(root) or self.origin(var) == self.origin(root)

    def quantizing_helps(self, call: relax.Call) -> bool:
        """Whether a kernel for integers covers the operator (bilinear resizes keep no quantisation)."""
        if is_call(call, "image.resize2d"):
            return False
        one_tensor = len(variables(call)) == 1
        name = str(call.op.name)
        return name in self.quantizable or (one_tensor and name in FUNCTIONS)


def dtype_of(expr: relax.Expr) -> str:
    """The type of a tensor; "" of several."""
    return str(getattr(expr.ty, "dtype", ""))
