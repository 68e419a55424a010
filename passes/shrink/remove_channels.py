"""Leave channels out of a module: filters, what else makes them, and what reads them.

Which channels go together is known to who asks; here weights and constants are cut to what stays. Shapes
follow.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import constant, is_call, on, shape_of
from tinycompile.rewriting.qdq import of_dequantize

Indices = NDArray[np.int64]


@tvm.transform.module_pass(opt_level=0, name="RemoveChannels")
class RemoveChannels:
    """`kept` are, by tensor, the positions along its last axis that stay; all others stay whole.

    Convolutions are NHWC with OHWI weights. Constants may be quantised. Inputs and outputs of the function
    must stay whole.
    """

    def __init__(self, kept: Mapping[str, Indices]) -> None:
        self.kept = kept

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        cut = _Cut(mod, self.kept)
        main = mod["main"]
        for block in main.body.blocks:
            for binding in block.bindings:
                cut.bind(binding.var, binding.value)
        result = cut.new.get(main.body.body, main.body.body)
        body = cut.builder.normalize(relax.SeqExpr([relax.DataflowBlock(cut.bindings)], result))
        function = relax.Function(main.params, body, body.ty, main.is_pure, main.attrs)
        functions = dict(mod.functions_items()) | {mod.get_global_var("main"): function}
        return tvm.IRModule(functions, attrs=mod.attrs)


class _Cut:
    """The bindings so far; `constants` are quantised ones, bound where they are read."""

    def __init__(self, mod: tvm.IRModule, kept: Mapping[str, Indices]) -> None:
        self.kept = kept
        self.builder = relax.BlockBuilder(mod)
        self.new: dict[relax.Var, relax.Var] = {}
        self.constants: dict[relax.Expr, relax.Call] = {}
        self.bindings: list[relax.Binding] = []

    def bind(self, var: relax.Var, value: relax.Expr) -> None:
        if is_call(value, "dequantize") and isinstance(value.args[0], GenericConst):
            self.constants[var] = value
            return
        self.new[var] = self.emit(var, self.value(var, value))

    def emit(self, var: relax.Var, value: relax.Expr) -> relax.Var:
        value = self.builder.normalize(value)
        new = type(var)(var.name, value.ty)
        self.bindings.append(relax.VarBinding(new, value))
        return new

    def value(self, var: relax.Var, value: Any) -> relax.Expr:
        if isinstance(value, relax.Var) and value in self.constants:
            return self.emit(value, self.constants[value])
        if isinstance(value, relax.Var):
            return self.new.get(value, value)
        if isinstance(value, relax.Tuple):
            return relax.Tuple([self.value(var, field) for field in value.fields])
        if isinstance(value, relax.TupleGetItem):
            return relax.TupleGetItem(self.value(var, value.tuple_value), value.index)
        if not isinstance(value, relax.Call):
            return value
        cut = self.cut(var.name, value)
        args = [
            self.value(var, arg) if isinstance(arg, relax.Var | relax.Tuple) else arg
            for arg in cut.args
        ]
        return relax.Call(cut.op, args, cut.attrs, cut.ty_args)

    def cut(self, name: str, call: relax.Call) -> relax.Call:
        """`call` with constants, groups and target shape for what stays; operands are still the old ones."""
        data = call.args[0] if call.args else None
        before = self.kept.get(data.name) if isinstance(data, relax.Var) else None
        after = self.kept.get(name)
        if is_call(call, "nn.conv2d") and self.is_constant(call.args[1]):
            return self.convolution(call, before, after)
        if is_call(call, "matmul") and self.is_constant(call.args[1]):
            return on(call, data, self.along(call.args[1], {0: before, 1: after}))
        if after is None:
            return call
        if is_call(call, "reshape"):
            return relax.op.reshape(data, (*shape_of(call)[:-1], len(after)))
        args = [self.channels(arg, shape_of(call)[-1], after) for arg in call.args]
        return relax.Call(call.op, args, call.attrs, call.ty_args)

    def convolution(
        self, call: relax.Call, before: Indices | None, after: Indices | None
    ) -> relax.Call:
        data, weights = call.args[:2]
        groups = int(call.attrs.groups)
        if groups == 1 or before is None:
            return on(call, data, self.along(weights, {0: after, 3: before}))
        assert groups == shape_of(data)[3], "depthwise, or its input would have stayed whole"
        return on(call, data, self.along(weights, {0: after}), groups=len(before))

    def is_constant(self, expr: relax.Expr) -> bool:
        return isinstance(expr, GenericConst) or expr in self.constants

    def channels(self, arg: relax.Expr, extent: int, kept: Indices) -> relax.Expr:
        """A constant operand that has a value for each of `extent` channels, cut."""
        if not self.is_constant(arg) or not shape_of(arg) or shape_of(arg)[-1] != extent:
            return arg
        return self.along(arg, {len(shape_of(arg)) - 1: kept})

    def along(self, arg: relax.Expr, kept: Mapping[int, Indices | None]) -> relax.Expr:
        """The constant `arg`, quantised or not, where only what is kept along some axes stays."""
        if isinstance(arg, GenericConst):
            return constant(_taken(arg.value.numpy(), kept))
        call = self.constants[arg]
        quantization = of_dequantize(call)
        assert quantization is not None
        of_axis = {0: kept.get(quantization.axis)}
        scale, zero_point = (
            _taken(values, of_axis) if values.ndim else values
            for values in (quantization.scale, quantization.zero_point)
        )
        cut = replace(quantization, scale=scale, zero_point=zero_point)
        return self.emit(arg, cut.dequantize(constant(_taken(call.args[0].value.numpy(), kept))))


def _taken(values: NDArray[Any], kept: Mapping[int, Indices | None]) -> NDArray[Any]:
    for axis, indices in kept.items():
        values = values if indices is None else np.take(values, indices, axis)
    return values
