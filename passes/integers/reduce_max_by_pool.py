"""A maximum over neighbouring axes of integers is one window of a max pool: it needs no kernel of its own."""

from math import prod

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, rewrite

INTEGERS = ("int8", "int16")
LARGEST = 2**15 - 1  # a size that the kernel takes


@tvm.transform.module_pass(opt_level=0, name="ReduceMaxByPool")
class ReduceMaxByPool:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _pool)


def _pool(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "max") or call.ty.dtype not in INTEGERS:
        return None
    shape = shape_of(call.args[0])
    given = call.attrs.axis
    axes = sorted(int(axis) % len(shape) for axis in (given or range(len(shape))))
    first, end = axes[0], axes[-1] + 1
    window, channels = prod(shape[first:end]), prod(shape[end:])
    neighbours = all(axis in axes or shape[axis] == 1 for axis in range(first, end))
    if not neighbours or max(window, channels) > LARGEST:
        return None
    image = relax.op.reshape(call.args[0], (prod(shape[:first]), window, 1, channels))
    pooled = relax.op.nn.max_pool2d(image, (window, 1), layout="NHWC")
    return relax.op.reshape(pooled, shape_of(call))
