"""Write a quantisation plan into a float module: int8 weights, and quantize -> dequantize at every tensor.

The outcome is the canonical form of any quantised model: operators compute between dequantize and quantize.
Where an operator only moves data, the passes that follow let both go. An operator that computes in int16 gets
its int8 operands as int16, and an int8 result is one of int16 first.
"""

from dataclasses import dataclass, field

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.passes.integers.move_data_as_integers import SELECTIONS
from tinycompile.quantization import INT8, QParams, integer_limits
from tinycompile.recurrence import Layer
from tinycompile.rewriting.expressions import constant, is_call, on, shape_of
from tinycompile.rewriting.qdq import Quantization, dequantized
from tinycompile.rewriting.rewriter import Rewriter


@dataclass(frozen=True)
class QuantizedWeights:
    """Integers, output channels first (OHWI, or (N, K) of a matmul), and their scale per output channel."""

    integers: NDArray[np.int8]
    scales: NDArray[np.float32]

    @property
    def real(self) -> NDArray[np.float32]:
        return self.integers * self.scales.reshape(-1, *[1] * (self.integers.ndim - 1))


@dataclass
class Plan:
    """How to quantise, by the names of tensors.

    What has no entry in `activations` stays inside a kernel, or in float. `int16` are the results of
    operators that compute in int16, `floats` those of operators whose constants stay as they are.
    """

    activations: dict[str, Quantization]
    weights: dict[str, QuantizedWeights] = field(default_factory=dict)  # by the operator's result
    biases: dict[str, NDArray[np.int32]] = field(default_factory=dict)  # by the sum with the bias
    bias_scales: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    real_biases: dict[str, NDArray[np.float32]] = field(default_factory=dict)  # QuantizeBias's task
    int16: frozenset[str] = frozenset()
    floats: frozenset[str] = frozenset()
    recurrent: dict[str, Layer] = field(default_factory=dict)  # those that compute in integers


@tvm.transform.module_pass(opt_level=0, name="InsertQdq")
class InsertQdq:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        rewriter = Rewriter(mod, self.rule)
        for param in rewriter.params:
            if param.name in self.plan.activations:
                both = self.plan.activations[param.name]
                quantized = rewriter.emit(both.quantize(param))
                rewriter.replace(param, rewriter.emit(both.dequantize(quantized)))
        return rewriter.run()

    def rule(self, rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        if var.name in self.plan.recurrent:
            return self.recurrent(rewriter, var.name, call)
        new = self.with_constants(var.name, call)
        computes_int16 = var.name in self.plan.int16
        if computes_int16:
            new = _with_int16_operands(rewriter, new)
        stored = self.plan.activations.get(var.name)
        if stored is None:
            return None if new is call else new
        real = rewriter.emit(new)
        if computes_int16 and stored.dtype == "int8":
            real = _through(rewriter, real, int16_of(stored))
        return stored.dequantize(rewriter.emit(stored.quantize(real), take_name=True))

    def recurrent(self, rewriter: Rewriter, name: str, call: relax.Call) -> relax.Expr:
        """A recurrent layer on the integers of its input, whose output is integers."""
        found = dequantized(rewriter, call.args[1])
        assert found is not None, f"the input of {name} has a scale"
        layer = self.plan.recurrent[name]
        one = len(layer.calls) == 1
        parts = [rewriter.emit(call(found[0]), take_name=one) for call in layer.calls]
        if shape_of(parts[0]) != layer.part:
            parts = [rewriter.emit(relax.op.reshape(part, layer.part)) for part in parts]
        whole = (
            parts[0] if one else rewriter.emit(relax.op.concat(parts, layer.axis), take_name=True)
        )
        return self.plan.activations[name].dequantize(whole)

    def with_constants(self, name: str, call: relax.Call) -> relax.Call:
        """`call` with quantised constants. Single numbers stay: they belong to a written-out activation."""
        if name in self.plan.floats:
            return call
        if name in self.plan.weights:
            weights, matrix = self.plan.weights[name], is_call(call, "matmul")
            integers = weights.integers.T if matrix else weights.integers
            return on(
                call, call.args[0], _constant(integers, weights.scales, axis=1 if matrix else 0)
            )
        if name in self.plan.biases:
            scales = self.plan.bias_scales[name]
            return on(call, call.args[0], _constant(self.plan.biases[name], scales, axis=0))
        if name in self.plan.real_biases:
            return on(call, call.args[0], relax.const(self.plan.real_biases[name]))
        if not any(_is_table(arg) for arg in call.args):
            return call
        stored = self.plan.activations.get(name)
        if stored is not None and any(is_call(call, op) for op in SELECTIONS):
            args = [_alike(arg, stored) if _is_table(arg) else arg for arg in call.args]
            return relax.Call(call.op, args, call.attrs, call.ty_args)
        symmetric = is_call(call, "nn.prelu")
        dtype = "int16" if name in self.plan.int16 else "int8"
        args = [_table(arg, symmetric, dtype) if _is_table(arg) else arg for arg in call.args]
        return relax.Call(call.op, args, call.attrs, call.ty_args)


def _is_table(expr: relax.Expr) -> bool:
    if not isinstance(expr, GenericConst) or str(expr.ty.dtype) != "float32":
        return False
    return bool(expr.value.numpy().size > 1)


def _alike(operand: GenericConst, quantization: Quantization) -> relax.Expr:
    """A constant among which the result is selected, quantised as that; what is beyond becomes a bound."""
    return quantization.dequantize(relax.const(quantization.integers(operand.value.numpy())))


def _table(operand: GenericConst, symmetric: bool, dtype: str) -> relax.Expr:
    """A constant operand, such as what is added to an image, quantised as a whole."""
    value = operand.value.numpy()
    limits = integer_limits(dtype)
    params = activation_params(float(value.min()), float(value.max()))
    if symmetric or dtype == "int16":
        params = QParams(float(np.float32(np.abs(value).max() / limits[1])) or 1.0, 0)
    integers = np.clip(np.rint(value / np.float32(params.scale)) + params.zero_point, *limits)
    return whole(params, dtype).dequantize(relax.const(integers.astype(dtype), dtype))


def int16_of(quantization: Quantization) -> Quantization:
    """int16 that has every int8 value of `quantization` exactly."""
    assert quantization.whole is not None
    return whole(QParams(quantization.whole.scale / 128, 0), "int16")


def _through(rewriter: Rewriter, real: relax.Expr, quantization: Quantization) -> relax.Var:
    """What is left of `real` after it was quantised."""
    return rewriter.emit(quantization.dequantize(rewriter.emit(quantization.quantize(real))))


def _with_int16_operands(rewriter: Rewriter, call: relax.Call) -> relax.Call:
    """`call` whose int8 operands are requantised."""

    def wide(arg: relax.Expr) -> relax.Expr:
        if isinstance(arg, relax.Tuple):
            return relax.Tuple([wide(field) for field in arg.fields])
        found = dequantized(rewriter, arg) if isinstance(arg, relax.Var) else None
        if found is None or found[1].dtype != "int8" or found[1].whole is None:
            return arg
        return _through(rewriter, arg, int16_of(found[1]))

    return relax.Call(call.op, [wide(arg) for arg in call.args], call.attrs, call.ty_args)


# Of activations: below, a product with a scale of weights is no normal float32.
LEAST_SCALE = 2.0**-100


def activation_params(low: float, high: float) -> QParams:
    """Scale and zero point whose 256 values reach from `low` to `high`, 0 exactly among them."""
    low, high = min(low, 0.0), max(high, 0.0)
    steps = INT8[1] - INT8[0]
    scale = float(np.float32((high - low) / steps))
    if scale < LEAST_SCALE:  # everything is 0
        return QParams(1.0, 0)
    return QParams(scale, int(np.clip(np.rint(INT8[0] - low / scale), *INT8)))


def _constant(integers: NDArray[np.generic], scales: NDArray[np.float32], axis: int) -> relax.Call:
    quantization = Quantization(scales, np.asarray(0), axis, str(integers.dtype))
    return quantization.dequantize(constant(integers))


def whole(params: QParams, dtype: str = "int8") -> Quantization:
    """The quantisation of a tensor that has one scale."""
    scale, zero_point = np.asarray(params.scale, np.float32), np.asarray(params.zero_point)
    return Quantization(scale, zero_point, 0, dtype)
