"""Operators on images take them as NHWC, and kernels as OHWI; transposes stand before and after them.

SinkTransposes then lets the transposes meet and cancel.
"""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, on
from tinycompile.rewriting.permutation import IS_NCHW, inverse, to_nhwc, transposed
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

CONVOLUTIONS = ("nn.conv2d", "nn.conv2d_transpose")
POOLS = (
    "nn.max_pool2d", "nn.avg_pool2d", "nn.adaptive_avg_pool2d", "nn.adaptive_max_pool2d"
)  # fmt: skip
TO_NHWC = to_nhwc(4)


@tvm.transform.module_pass(opt_level=0, name="ConvertToNhwc")
class ConvertToNhwc:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _convolution,
            _kernel,
            _pool,
            _resize,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        converted = rewrite(mod, *self.rules)
        if converted.same_as(mod):
            return mod
        converted["main"] = converted["main"].with_attr(IS_NCHW, True)
        return converted


def _convolution(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not any(is_call(call, op) for op in CONVOLUTIONS) or call.attrs.data_layout != "NCHW":
        return None
    nhwc = on(call, _nhwc(call.args[0]), data_layout="NHWC", out_layout="NHWC")
    return transposed(rewriter, var, nhwc, inverse(TO_NHWC))


def _kernel(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not any(is_call(call, op) for op in CONVOLUTIONS) or call.attrs.kernel_layout == "OHWI":
        return None
    axes = [str(call.attrs.kernel_layout).index(letter) for letter in "OHWI"]
    kernel = relax.op.permute_dims(call.args[1], axes)
    return on(call, call.args[0], kernel, kernel_layout="OHWI")


def _pool(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not any(is_call(call, op) for op in POOLS) or call.attrs.layout != "NCHW":
        return None
    nhwc = on(call, _nhwc(call.args[0]), layout="NHWC", out_layout="NHWC")
    return transposed(rewriter, var, nhwc, inverse(TO_NHWC))


def _resize(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "image.resize2d") or call.attrs.layout != "NCHW":
        return None
    nhwc = on(call, _nhwc(call.args[0]), layout="NHWC")
    return transposed(rewriter, var, nhwc, inverse(TO_NHWC))


def _nhwc(data: relax.Expr) -> relax.Expr:
    return relax.op.permute_dims(data, TO_NHWC)
