"""The mean of an image's pixels -> an average pool over the whole image.

The int8 kernel of a mean rounds a small sum twice, as TFLite does, and so is off by a quarter of a step on
average; the pool's, which rescales, keeps more bits. For models quantised here there is a choice.
"""

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, rewrite

IMAGE_AXES = [1, 2]
LARGEST_WINDOW = 1 << 15  # pixels that the pool's kernel takes


@tvm.transform.module_pass(opt_level=0, name="PoolInsteadOfMean")
class PoolInsteadOfMean:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _pool)


def _pool(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "mean") or call.attrs.axis is None or str(call.ty.dtype) != "float32":
        return None
    shape = shape_of(call.args[0])
    axes = sorted(int(axis) % len(shape) for axis in call.attrs.axis)
    if len(shape) != 4 or axes != IMAGE_AXES or shape[1] * shape[2] > LARGEST_WINDOW:
        return None
    pooled = relax.op.nn.avg_pool2d(call.args[0], pool_size=shape[1:3], layout="NHWC")
    return pooled if call.attrs.keepdims else relax.op.reshape(pooled, shape_of(call))
