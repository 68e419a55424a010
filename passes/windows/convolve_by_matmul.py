"""A convolution whose kernel covers its whole input, for one pixel of output, is a matrix product.

The matrix product of the same weights has the same sums; each output channel keeps a scale of its own so that
the products of scales are rounded as for a convolution.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.qdq import Quantization
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite


@tvm.transform.module_pass(opt_level=0, name="ConvolveByMatmul")
class ConvolveByMatmul:
    @property
    def rules(self) -> Sequence[Rule]:
        return (_matmul,)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _matmul(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "nn.conv2d") or not _covers_its_input(call):
        return None
    weights = qdq.dequantized(rewriter, call.args[1])
    data = qdq.dequantized(rewriter, call.args[0])
    if weights is None or data is None or not isinstance(weights[0], GenericConst):
        return None
    integers, quantization = data
    kernel = weights[0].value.numpy()  # (O, H, W, I)
    if quantization.whole is None or (matrix := _matrix(kernel, weights[1])) is None:
        return None
    rows = relax.op.reshape(integers, (shape_of(call)[0], prod(kernel.shape[1:])))
    product = relax.op.matmul(quantization.dequantize(rows), matrix)
    return relax.op.reshape(product, shape_of(call))


def _covers_its_input(call: relax.Call) -> bool:
    attrs = call.attrs
    if attrs.data_layout != "NHWC" or attrs.kernel_layout != "OHWI" or int(attrs.groups) != 1:
        return False
    _, *image = shape_of(call.args[0])
    no_padding = not any(int(width) for width in attrs.padding)
    one_pixel = shape_of(call)[1:3] == (1, 1)
    return no_padding and one_pixel and shape_of(call.args[1])[1:] == tuple(image)


def _matrix(kernel: np.ndarray, quantization: Quantization) -> relax.Expr | None:
    """The weights as (K, N) with N scales. None for those with zero points or scales along K."""
    if quantization.zero_point.any():
        return None
    if quantization.whole is None and quantization.axis != 0:
        return None
    scales = np.broadcast_to(quantization.scale, len(kernel)).copy()
    matrix = np.ascontiguousarray(kernel.reshape(len(kernel), -1).T)
    per_channel = Quantization(scales, np.zeros((), np.int32), 1, quantization.dtype)
    return per_channel.dequantize(relax.const(matrix))
