"""Remove operators that do nothing, and spell those that only rename a shape as one reshape."""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.rewriting import permutation
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite


@tvm.transform.module_pass(opt_level=0, name="RemoveNoOps")
class RemoveNoOps:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_simpler,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _simpler(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if is_call(call, "permute_dims"):
        return _transpose(rewriter, call)
    if any(is_call(call, op) for op in ("reshape", "squeeze", "expand_dims", "flatten")):
        return _reshape(rewriter, call)
    if is_call(call, "concat"):
        fields = call.args[0].fields
        return fields[0] if len(fields) == 1 else None
    return call.args[0] if _does_nothing(call) else None


def _reshape(rewriter: Rewriter, call: relax.Call) -> relax.Expr | None:
    data = call.args[0]
    if shape_of(data) == shape_of(call):
        return data
    inner = rewriter.call(data, "reshape")
    if inner is not None:
        return relax.op.reshape(inner.args[0], shape_of(call))
    return None if is_call(call, "reshape") else relax.op.reshape(data, shape_of(call))


def _transpose(rewriter: Rewriter, call: relax.Call) -> relax.Expr | None:
    data = call.args[0]
    p = permutation.of(call)
    if permutation.moves_only_ones(shape_of(data), p):
        return relax.op.reshape(data, shape_of(call))
    inner = rewriter.call(data, "permute_dims")
    if inner is None:
        return None
    both = permutation.permuted(permutation.of(inner), p)
    return relax.op.permute_dims(inner.args[0], both)


def _does_nothing(call: relax.Call) -> bool:
    if is_call(call, "nn.pad"):
        return not any(int(width) for width in call.attrs.pad_width)
    if is_call(call, "strided_slice"):
        steps = call.args[4].fields if len(call.args) > 4 else []
        return shape_of(call) == shape_of(call.args[0]) and all(int(s) > 0 for s in steps)
    if any(is_call(call, op) for op in ("tile", "broadcast_to", "image.resize2d")):
        return shape_of(call) == shape_of(call.args[0])
    if is_call(call, "astype"):
        return str(call.ty.dtype) == str(call.args[0].ty.dtype)
    return False
