"""A clip of integers that never lie beyond its bounds does nothing."""

import tvm
from tvm import relax

from tinycompile.kernel import Kernel
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import Rewriter, rewrite
from tinycompile.shrinking.ranges import Ranges


@tvm.transform.module_pass(opt_level=0, name="RemoveIdleClips")
class RemoveIdleClips:
    """`kernels` say between what integers lie."""

    def __init__(self, kernels: list[Kernel]) -> None:
        self.kernels = kernels

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        ranges = Ranges(mod, self.kernels)
        values = ranges.bindings.values
        idle = {var for var, value in values.items() if _is_idle(value, ranges)}

        def rule(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
            return call.args[0] if var in idle else None

        return rewrite(mod, rule) if idle else mod


def _is_idle(value: relax.Expr, ranges: Ranges) -> bool:
    if not is_call(value, "clip") or value.args[0] not in ranges.of:
        return False
    low, high = (int(bound.value) for bound in value.args[1:])
    of = ranges.of[value.args[0]]
    return bool(low <= of.low.min() and of.high.max() <= high)
