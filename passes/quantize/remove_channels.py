"""Leave channels out of a float module: filters, what else makes them, and what reads them.

Which channels go together is known to who asks; here weights and constants are cut to what stays. Shapes
follow.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import constant, is_call, on, shape_of

Indices = NDArray[np.int64]


@tvm.transform.module_pass(opt_level=0, name="RemoveChannels")
class RemoveChannels:
    """`kept` are, by tensor, the positions along its last axis that stay; all others stay whole.

    Convolutions are NHWC with OHWI weights. Inputs and outputs of the function must stay whole.
    """

    def __init__(self, kept: Mapping[str, Indices]) -> None:
        self.kept = kept

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        main = mod["main"]
        builder = relax.BlockBuilder()
        new: dict[relax.Var, relax.Var] = {}
        bindings = []
        for block in main.body.blocks:
            for binding in block.bindings:
                value = builder.normalize(self.value(binding.var, binding.value, new))
                new[binding.var] = type(binding.var)(binding.var.name, value.ty)
                bindings.append(relax.VarBinding(new[binding.var], value))
        result = new.get(main.body.body, main.body.body)
        body = builder.normalize(relax.SeqExpr([relax.DataflowBlock(bindings)], result))
        function = relax.Function(main.params, body, body.ty, main.is_pure, main.attrs)
        functions = dict(mod.functions_items()) | {mod.get_global_var("main"): function}
        return tvm.IRModule(functions, attrs=mod.attrs)

    def value(self, var: relax.Var, value: Any, new: Mapping[relax.Var, relax.Var]) -> relax.Expr:
        if isinstance(value, relax.Var):
            return new.get(value, value)
        if isinstance(value, relax.Tuple):
            return relax.Tuple([self.value(var, field, new) for field in value.fields])
        if not isinstance(value, relax.Call):
            return value
        cut = self.cut(var.name, value)
        args = [
            self.value(var, arg, new) if isinstance(arg, relax.Var | relax.Tuple) else arg
            for arg in cut.args
        ]
        return relax.Call(cut.op, args, cut.attrs, cut.ty_args)

    def cut(self, name: str, call: relax.Call) -> relax.Call:
        """`call` with constants, groups and target shape for what stays; operands are still the old ones."""
        before = self._kept(call.args[0]) if isinstance(call.args[0], relax.Var) else None
        after = self.kept.get(name)
        if is_call(call, "nn.conv2d") and isinstance(call.args[1], GenericConst):
            return _convolution(call, before, after)
        if is_call(call, "matmul") and isinstance(call.args[1], GenericConst):
            weights = call.args[1].value.numpy()
            weights = weights if before is None else weights[before]
            return on(call, call.args[0], constant(weights if after is None else weights[:, after]))
        if after is None:
            return call
        if is_call(call, "reshape"):
            return relax.op.reshape(call.args[0], (*shape_of(call)[:-1], len(after)))
        args = [_along(arg, shape_of(call)[-1], after) for arg in call.args]
        return relax.Call(call.op, args, call.attrs, call.ty_args)

    def _kept(self, var: relax.Var) -> Indices | None:
        return self.kept.get(var.name)


def _convolution(call: relax.Call, before: Indices | None, after: Indices | None) -> relax.Call:
    weights = call.args[1].value.numpy()
    groups = int(call.attrs.groups)
    if after is not None:
        weights = weights[after]
    if before is None:
        return on(call, call.args[0], constant(weights))
    if groups == 1:
        return on(call, call.args[0], constant(weights[..., before]))
    assert groups == shape_of(call.args[0])[3], "depthwise, or its input would have stayed whole"
    return on(call, call.args[0], constant(weights), groups=len(before))


def _along(arg: relax.Expr, extent: int, kept: Indices) -> relax.Expr:
    """A constant operand that has a value for each of `extent` channels, cut."""
    if not isinstance(arg, GenericConst):
        return arg
    value = arg.value.numpy()
    return constant(value[..., kept]) if value.ndim and value.shape[-1] == extent else arg
