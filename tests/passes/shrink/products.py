"""Convolutions of integers for the tests of passes that shrink, and their constants."""

from typing import Any

import numpy as np
import tvm
from tvm import relax

from tests.passes.graph import dq, q
from tinycompile.rewriting.expressions import is_call

SCALE, ZERO = 0.5, 3  # of every tensor
W_SCALE = 0.25


def conv(x: Any, filters: Any, bias: Any, padding: int = 0, groups: int = 1) -> relax.Call:
    """OHWI `filters`, quantised per channel as ONNX does it; int32 `bias` at the scale of the sums."""
    w_scale = relax.const(np.full(len(filters), W_SCALE, np.float32))
    w_zero = relax.const(np.zeros(len(filters), np.int8))
    weights = relax.op.dequantize(relax.const(np.asarray(filters)), w_scale, w_zero, axis=0)
    product = relax.op.nn.conv2d(
        dq(x, SCALE, ZERO), weights, padding=padding, groups=groups,
        data_layout="NHWC", kernel_layout="OHWI",
    )  # fmt: skip
    scale, zero = relax.const(SCALE * W_SCALE, "float32"), relax.const(0, "int32")
    added = relax.op.dequantize(relax.const(np.asarray(bias, np.int32)), scale, zero, axis=0)
    return q(relax.op.add(product, added), SCALE, ZERO)


def constants(module: tvm.IRModule) -> list[tuple[Any, Any]]:
    """The weights and the bias of each convolution, in order."""
    bindings = [b for block in module["main"].body.blocks for b in block.bindings]
    values = {b.var: b.value for b in bindings}

    def array(var: Any) -> Any:
        return values[var].args[0].value.numpy()

    return [
        (array(values[value.args[0]].args[1]), array(value.args[1]))
        for value in values.values()
        if is_call(value, "add") and is_call(values.get(value.args[0]), "nn.conv2d")
    ]
