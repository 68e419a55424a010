"""A channel that nothing reads, or only with weights of 0, is not computed.

Its filters go, and it is left out of all that makes it or hands it on.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.kernel import Kernel
from tinycompile.passes.shrink.remove_channels import RemoveChannels
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.qdq import of_dequantize
from tinycompile.rewriting.rewriter import returned
from tinycompile.shrinking import linked_channels
from tinycompile.shrinking.linked_channels import Channels, Filters
from tinycompile.shrinking.ranges import Ranges
from tinycompile.shrinking.record import Record


@tvm.transform.module_pass(opt_level=0, name="RemoveUnreadChannels")
class RemoveUnreadChannels:
    """`kernels` say which values the channels had, for the `record`."""

    def __init__(self, kernels: list[Kernel], record: Record) -> None:
        self.kernels, self.record = kernels, record

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        graph = _Graph(mod)
        channels = linked_channels.read(graph, graph.filters, graph.constants)
        needed = graph.needed(channels)
        kept = {
            name: np.flatnonzero(needed[groups])
            for name, groups in channels.groups.items()
            if not needed[groups].all()
        }
        self.record.measure(mod)
        if not kept:
            return mod
        ranges = Ranges(mod, self.kernels)
        values = {
            var.name: (np.flatnonzero(found.constant), found.low[found.constant])
            for var, found in ranges.of.items()
            if var.name in kept
        }
        counts = {name: len(channels.groups[name]) for name in kept}
        self.record.cut(kept, counts, values)
        remove: Any = RemoveChannels(kept)
        result = remove(mod)
        self.record.measure(result)
        return result


class _Graph:
    """A module of integers; of each product with constant weights, which of them are not 0."""

    def __init__(self, mod: tvm.IRModule) -> None:
        main = mod["main"]
        bindings = [b for block in main.body.blocks for b in block.bindings]
        variables = [*main.params, *(b.var for b in bindings)]
        self.values: Mapping[Any, Any] = {b.var: b.value for b in bindings}
        self.steps = [(b.var.name, b.value) for b in bindings]
        self.params = [param.name for param in main.params]
        self.outputs = [var.name for var in returned(main.body.body, dict(self.values))]
        self.shapes = {v.name: shape_of(v) for v in variables if isinstance(v.ty, relax.TensorType)}
        self.constants = {
            b.var.name
            for b in bindings
            if is_call(b.value, "dequantize") and isinstance(b.value.args[0], GenericConst)
        }
        self.filters: dict[str, Filters] = {}
        self.reads: list[tuple[str, str, NDArray[np.bool_]]] = []  # input, output, (O, inputs)
        for name, value in self.steps:
            if is_call(value, "nn.conv2d") or is_call(value, "matmul"):
                self.product(name, value)

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

    def needed(self, channels: Channels) -> NDArray[np.bool_]:
        """By group. At least one channel of every tensor stays."""
        needed = np.zeros(channels.count, bool)
        needed[list(channels.fixed)] = True
        seen = -1
        while seen != needed.sum():
            seen = int(needed.sum())
            for data, name, read in reversed(self.reads):
                wanted = read[needed[channels.groups[name]]].any(axis=0)
                needed[channels.groups[data][wanted]] = True
            if seen == needed.sum():
                for groups in channels.groups.values():
                    if groups.size and not needed[groups].any():
                        needed[groups[0]] = True
        return needed
