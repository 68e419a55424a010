"""A pad in front of a convolution or a pool becomes padding of its windows.

For convolutions it must pad with the zero point, which stands for 0; for a maximum with the lowest
integer, which never wins.
"""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.quantization import integer_limits
from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, on
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

INTEGERS = ("int8", "int16")


@tvm.transform.module_pass(opt_level=0, name="FusePad")
class FusePad:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _convolution,
            _max_pool,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _convolution(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "nn.conv2d") or call.attrs.data_layout != "NHWC":
        return None
    if (found := qdq.dequantized(rewriter, call.args[0])) is None:
        return None
    integers, quantization = found
    if quantization.whole is None:
        return None
    fused = _fused(rewriter, integers, call, quantization.whole.zero_point)
    if fused is None:
        return None
    data, padding = fused
    return on(call, quantization.dequantize(data), padding=padding)


def _max_pool(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "nn.max_pool2d") or call.attrs.layout != "NHWC":
        return None
    if (dtype := str(call.ty.dtype)) not in INTEGERS:
        return None
    fused = _fused(rewriter, call.args[0], call, integer_limits(dtype)[0])
    return None if fused is None else on(call, fused[0], padding=fused[1])


def _fused(
    rewriter: Rewriter, data: relax.Expr, window: relax.Call, value: int
) -> tuple[relax.Expr, list[int]] | None:
    """What `data` pads with `value`, and the padding (top, left, bottom, right) of both together."""
    pad = rewriter.call(data, "nn.pad")
    if pad is None or pad.attrs.pad_mode != "constant" or float(pad.attrs.pad_value) != value:
        return None
    n0, n1, top, bottom, left, right, c0, c1 = (int(width) for width in pad.attrs.pad_width)
    if n0 or n1 or c0 or c1 or min(top, bottom, left, right) < 0:
        return None
    old = [int(width) for width in window.attrs.padding]
    return pad.args[0], [a + b for a, b in zip(old, (top, left, bottom, right), strict=True)]
