"""Any unary operator on 8-bit integers, or a composition of them, as a table of all 256 outputs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Bindings, Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap, unary_tflite
from tinycompile.kernels.shared.unary import Expression, Operand, Reader, operator
from tinycompile.quantization import QParams, round_away

# Operators that mean the same on integers of one quantisation as on what they stand for.
ON_INTEGERS = {"relax.clip", "relax.maximum", "relax.minimum"}
INTEGERS = {"int8", "uint8"}


@dataclass(frozen=True)
class UnaryMatch(Match):
    """`expression` is of the dequantised input, or of the integers where nothing is dequantised."""

    expression: Operand

    def on_integers(self) -> bool:
        return "output.quantize" not in self


class UnaryPattern(Pattern):
    """One dequantize, any unary operators, one quantize and a clip; or one operator on integers.

    The operators may form a graph, as in x * sigmoid(x), which patterns cannot express.
    """

    def extract(self, root: relax.Var, bindings: Bindings) -> UnaryMatch | None:
        value = bindings.value(root)
        parts = {"output": value}
        if operator(value) == "relax.clip":
            inner = bindings.value(value.args[0])
            fused = bindings.uses[value.args[0]] == 1
            if fused and operator(inner) == "relax.quantize":
                parts["output.clip"], value = value, inner
        if operator(value) == "relax.quantize" and (
            found := self.requantized(value, parts, bindings)
        ):
            return found
        value = bindings.value(root)  # a clip of what another kernel makes is one of integers
        if operator(value) in ON_INTEGERS:
            return self.on_integers(value, {"output": value}, bindings)
        return None

    def requantized(
        self, value: relax.Call, parts: dict[str, relax.Expr], bindings: Bindings
    ) -> UnaryMatch | None:
        return self.quantized(value, parts, Reader(bindings)) or self.quantized(
            value, parts, Reader(bindings, through_clips=True)
        )

    def quantized(
        self, call: relax.Call, parts: dict[str, relax.Expr], reader: Reader
    ) -> UnaryMatch | None:
        expression = reader.read(call.args[0])
        if expression is None or reader.tensor is None:
            return None
        found = dict(parts)
        found["output.quantize"], found["input"] = call, reader.tensor
        for name, quantization in (("output", call.args[1:]), ("input", reader.quantization)):
            found[f"{name}.scale"], found[f"{name}.zero_point"] = quantization
        found |= {f"operator{i}": read for i, read in enumerate(reader.calls)}
        return UnaryMatch(found, expression)

    def on_integers(
        self, call: relax.Call, parts: dict[str, relax.Expr], bindings: Bindings
    ) -> UnaryMatch | None:
        tensors = [operand for operand in call.args if isinstance(operand, relax.Var)]
        if len(tensors) != 1:
            return None
        expression = Reader(bindings, tensors[0]).read(call)
        parts["input"] = tensors[0]
        return None if expression is None else UnaryMatch(parts, expression)


def pattern() -> Pattern:
    return UnaryPattern()


def activations_are_8_bit(match: Match) -> str | None:
    """Input and output are int8 or uint8."""
    found = {match.dtype("input"), match.dtype("output")}
    return (
        None
        if found <= INTEGERS
        else f"they are {match.dtype('input')} and {match.dtype('output')}"
    )


def table(match: UnaryMatch, as_onnx: bool = False) -> NDArray[np.int64]:
    """The outputs for the bytes 0 to 255 of an input, as TFLite or, in float32, as ONNX has them."""
    x = np.arange(256, dtype=np.uint8).view(match.dtype("input")).astype(np.int64)
    limits = np.iinfo(match.dtype("output"))
    if match.on_integers():
        return in_float(match.expression, x.astype(np.float32), QParams(1.0, 0), limits)
    source, target = match.quantization("input"), match.quantization("output")
    low, high = limits.min, limits.max
    if "output.clip" in match:
        low, high = (int(bound.value) for bound in match["output.clip"].args[1:])
    rule = None if as_onnx else unary_tflite.rule(match.expression, source, target)
    if rule:
        values = rule(x, source, target)
    else:
        real = np.float32(source.scale) * (x - source.zero_point).astype(np.float32)
        values = in_float(
            match.expression, real, target, limits, np.rint if as_onnx else round_away
        )
    return np.clip(values, max(low, limits.min), min(high, limits.max))


def in_float(
    expression: Operand,
    real: NDArray[np.float32],
    target: QParams,
    limits: Any,
    rounded: Callable[[NDArray[Any]], NDArray[Any]] = round_away,
) -> NDArray[np.int64]:
    """The quantised value of `expression` in float32; what is undefined becomes the lowest."""
    if isinstance(expression, Expression):
        real = np.broadcast_to(expression.evaluate(real), real.shape)
    with np.errstate(over="ignore"):
        quotient = real / np.float32(target.scale)
    far = 1024.0  # beyond the limits whatever the zero point
    nearest = rounded(np.nan_to_num(quotient, nan=-far, posinf=far, neginf=-far).clip(-far, far))
    return np.asarray(np.clip(nearest + target.zero_point, limits.min, limits.max), np.int64)


def lower(match: Match, as_onnx: bool = False) -> Call:
    assert isinstance(match, UnaryMatch)
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "table": table(match, as_onnx).astype(np.uint8).view(np.int8),
        },
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(p["table"][x.view(np.uint8)])


KERNEL = Kernel(
    "tc_table_s8",
    pattern,
    lower,
    reference,
    constraints=(activations_are_8_bit,),
    bounds=bounds.elementwise,
    rows=row_form.counted("count"),
    overlaps=overlap.in_order,
    summary="Any unary operator, requantisation, or composition of unary operators.",
)


def for_onnx(kernel: Kernel) -> Kernel:
    """`kernel` or, if it is one of tables, one of those that models of ONNX have."""
    return replace(kernel, lower=partial(lower, as_onnx=True)) if kernel.lower is lower else kernel
