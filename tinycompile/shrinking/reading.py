"""Which channels of a module of integers are read, and so needed, on the way to its outputs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.qdq import of_dequantize
from tinycompile.rewriting.rewriter import returned
from tinycompile.shrinking import linked_channels
from tinycompile.shrinking.linked_channels import Filters

Mask = NDArray[np.bool_]


class Reading:
    """`reads` are of each product that reads all channels: its input, itself, and which weights are not 0."""

    def __init__(self, mod: tvm.IRModule) -> None:
        main = mod["main"]
        bindings = [b for block in main.body.blocks for b in block.bindings]
        variables = [*main.params, *(b.var for b in bindings)]
        self.values: Mapping[Any, Any] = {b.var: b.value for b in bindings}
        self.steps = [(b.var.name, b.value) for b in bindings]
        self.params = [param.name for param in main.params]
        results = returned(main.body.body, dict(self.values))  # constants are refused later
        self.outputs = [result.name for result in results if isinstance(result, relax.Var)]
        self.shapes = {v.name: shape_of(v) for v in variables if isinstance(v.ty, relax.TensorType)}
        self.constants = {
            b.var.name
            for b in bindings
            if is_call(b.value, "dequantize") and isinstance(b.value.args[0], GenericConst)
        }
        self.filters: dict[str, Filters] = {}
        self.reads: list[tuple[str, str, Mask]] = []  # of (O, inputs)
        for name, value in self.steps:
            if is_call(value, "nn.conv2d") or is_call(value, "matmul"):
                self.product(name, value)
        self.channels = linked_channels.read(self, self.filters, self.constants)

    def product(self, name: str, call: relax.Call) -> None:
        weights = self.weights(call.args[1])
        if weights is None or not isinstance(call.args[0], relax.Var):
            return
        if is_call(call, "matmul"):
            if weights.ndim == 2:
                self.filters[name] = Filters(weights.shape[1], apart=True, depthwise=False)
                self.reads.append((call.args[0].name, name, weights.T != 0))
            return
        layouts = str(call.attrs.data_layout), str(call.attrs.kernel_layout)
        if layouts != ("NHWC", "OHWI"):
            return
        groups, inputs = int(call.attrs.groups), shape_of(call.args[0])[3]
        if groups == 1:
            self.filters[name] = Filters(len(weights), apart=True, depthwise=False)
            self.reads.append((call.args[0].name, name, (weights != 0).any(axis=(1, 2))))
        elif groups == inputs:
            self.filters[name] = Filters(len(weights), apart=False, depthwise=True)

    def weights(self, expr: relax.Expr) -> NDArray[Any] | None:
        """Of a product, their zero point taken off."""
        if isinstance(expr, GenericConst):
            return np.asarray(expr.value.numpy())
        if not isinstance(expr, relax.Var) or expr.name not in self.constants:
            return None
        call = self.values[expr]
        quantization = of_dequantize(call)
        return None if quantization is None else quantization.real(call.args[0].value.numpy())

    def needed(self, other: Mapping[str, Mask] = MappingProxyType({})) -> Mask:
        """By group of channels, with `other` weights that are not 0. One channel of every tensor stays."""
        channels = self.channels
        needed = np.zeros(channels.count, bool)
        needed[list(channels.fixed)] = True
        seen = -1
        while seen != needed.sum():
            seen = int(needed.sum())
            for data, name, read in reversed(self.reads):
                wanted = other.get(name, read)[needed[channels.groups[name]]].any(axis=0)
                needed[channels.groups[data][wanted]] = True
            if seen == needed.sum():
                for groups in channels.groups.values():
                    if groups.size and not needed[groups].any():
                        needed[groups[0]] = True
        return needed
