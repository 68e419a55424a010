"""Operators that only move values do it on the integers, not between dequantize and quantize.

dequantize sinks below such an operator, and a quantize that still stands behind one rises above it: what is
left between them is a requantisation, or nothing.
"""

from collections.abc import Sequence

import tvm
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.integers.move_activation_after_quantize import bounds
from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import is_call, on, shape_of
from tinycompile.rewriting.qdq import Quantization
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

# The value of every output element is that of an input element, and of the same one whatever the values
# are or, for maxima and minima, as long as their order is the same.
MOVEMENTS = {
    "relax.reshape", "relax.permute_dims", "relax.squeeze", "relax.expand_dims", "relax.flatten",
    "relax.strided_slice", "relax.take", "relax.tile", "relax.repeat", "relax.flip",
    "relax.broadcast_to", "relax.max", "relax.min", "relax.nn.max_pool1d", "relax.nn.max_pool2d",
}  # fmt: skip
SELECTIONS = ("maximum", "minimum")
POSITIONS = ("argmax", "argmin")


@tvm.transform.module_pass(opt_level=0, name="MoveDataAsIntegers")
class MoveDataAsIntegers:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _sink,
            _sink_factor,
            _sink_together,
            _rise,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _sink(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """move(dequantize(x)) -> dequantize(move(x))"""
    if not call.args or (found := qdq.dequantized(rewriter, call.args[0])) is None:
        return None
    integers, quantization = found
    if quantization.whole is None or isinstance(integers, GenericConst):
        return None
    if any(is_call(call, op) for op in POSITIONS):
        return on(call, integers)
    if is_call(call, "nn.pad") and call.attrs.pad_mode == "constant":
        filling = quantization.exactly(float(call.attrs.pad_value))
        moved = None if filling is None else _pad(call, integers, filling)
    else:
        moved = on(call, integers) if moves(call) else None
    return None if moved is None else qdq.dequantized_as(rewriter, var, moved, quantization)


def _sink_factor(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """move(dequantize(x) * c) -> move(dequantize(x)) * c, c one number: a softmax has such a beta"""
    if not any(is_call(call, op) for op in ("permute_dims", "reshape")):
        return None
    product = rewriter.call(call.args[0], "multiply")
    if product is None or qdq.dequantized(rewriter, product.args[0]) is None:
        return None
    data, factor = product.args
    single = isinstance(factor, GenericConst) and factor.value.numpy().size == 1
    return relax.op.multiply(on(call, data), factor) if single else None


def _sink_together(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """The same for operators of several inputs, if all are quantised alike."""
    together = is_call(call, "concat")
    if not together and not any(is_call(call, op) for op in SELECTIONS):
        return None
    found = [qdq.dequantized(rewriter, x) for x in (call.args[0].fields if together else call.args)]
    known = [pair for pair in found if pair is not None]
    if not known or len(known) < len(found) or known[0][1].whole is None:
        return None
    if any(quantization != known[0][1] for _, quantization in known):
        return None
    integers = [x for x, _ in known]
    moved = on(call, relax.Tuple(integers)) if together else on(call, *integers)
    return qdq.dequantized_as(rewriter, var, moved, known[0][1])


def _rise(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    """quantize(move(x)) -> move(quantize(x))"""
    quantization = qdq.of_quantize(call)
    moved = rewriter.value(call.args[0]) if quantization is not None else None
    if quantization is None or quantization.whole is None or not isinstance(moved, relax.Call):
        return None
    if is_call(moved, "concat"):
        fields = [quantization.quantize(x) for x in rewriter.value(moved.args[0]).fields]
        return on(moved, relax.Tuple(fields))
    if any(is_call(moved, op) for op in SELECTIONS) and bounds(rewriter, moved) is None:
        return on(moved, *(quantization.quantize(x) for x in moved.args))
    if is_call(moved, "nn.pad") and moved.attrs.pad_mode == "constant":
        return _risen_pad(moved, quantization)
    integers = quantization.quantize(moved.args[0])
    if is_call(moved, "reshape"):
        return rewriter.reshaped(var, integers, shape_of(moved))
    return on(moved, integers) if moves(moved) else None


def _risen_pad(call: relax.Call, quantization: Quantization) -> relax.Call:
    filling = quantization.integer(float(call.attrs.pad_value))
    return _pad(call, quantization.quantize(call.args[0]), filling)


def _pad(call: relax.Call, data: relax.Expr, filling: int) -> relax.Call:
    widths = [int(width) for width in call.attrs.pad_width]
    return relax.op.nn.pad(data, widths, "constant", float(filling))


def moves(call: relax.Call) -> bool:
    """Whether `call` only moves the values of its first operand."""
    if is_call(call, "image.resize2d"):
        return str(call.attrs.method) == "nearest_neighbor"
    if is_call(call, "nn.pad"):
        return str(call.attrs.pad_mode) != "constant"
    return getattr(call.op, "name", None) in MOVEMENTS
