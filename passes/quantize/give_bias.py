"""Every convolution and matmul with constant weights gets a bias vector, zeros if need be.

Kernels have a bias table anyway; quantisation corrects errors there.
"""

from collections import Counter

import numpy as np
import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.kernel import count_uses
from tinycompile.passes.layout.fold_batch_norm import channel_axis, per_channel
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="GiveBias")
class GiveBias:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        bindings = [b for block in mod["main"].body.blocks for b in block.bindings]
        uses = count_uses([*(b.value for b in bindings), mod["main"].body.body])
        biased = {
            data
            for b in bindings
            if is_call(b.value, "add")
            for data, constant in (b.value.args, b.value.args[::-1])
            if isinstance(data, relax.Var)
            and uses[data] == 1
            and isinstance(constant, GenericConst)
            and per_channel(constant.value.numpy(), shape_of(b.value)) is not None
            and shape_of(data) == shape_of(b.value)
        }
        return Rewriter(mod, _GiveBias(biased, uses)).run()


class _GiveBias:
    def __init__(self, biased: set[relax.Var], uses: Counter[relax.Var]) -> None:
        self.biased, self.uses = biased, uses

    def __call__(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        if is_call(call, "add"):
            return self._as_vector(rewriter, call)
        if channel_axis(rewriter, call) is None or var in self.biased:
            return None
        if len(shape_of(call.args[1])) not in (2, 4):
            return None
        product = rewriter.emit(call)
        return relax.op.add(product, relax.const(np.zeros(shape_of(call)[-1], np.float32)))

    def _as_vector(self, rewriter: Rewriter, call: relax.Call) -> relax.Expr | None:
        """add(conv, constant of any shape or side) -> add(conv, vector)"""
        for data, constant in (call.args, call.args[::-1]):
            if not isinstance(constant, GenericConst) or self.uses[data] > 1:
                continue
            if channel_axis(rewriter, data) is None or shape_of(data) != shape_of(call):
                continue
            value = per_channel(constant.value.numpy(), shape_of(call))
            if value is not None and (
                constant is not call.args[1] or value.shape != shape_of(constant)
            ):
                return relax.op.add(data, relax.const(np.ascontiguousarray(value)))
        return None
