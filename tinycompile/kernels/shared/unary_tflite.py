"""How TFLite Micro computes unary int8 operators: in fixed point, each in its own way.

A rule takes all inputs as int64 and both quantisations, and gives int64 outputs that are yet to be
clamped to the type of the output.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinycompile import fixed_point
from tinycompile.kernels.shared.unary import Expression, Operand
from tinycompile.quantization import (
    INT8,
    QParams,
    quantize_multiplier,
    requantize,
    round_away,
    rounding_shift_right,
)

Array = NDArray[np.int64]
Rule = Callable[[Array, QParams, QParams], Array]

LOGISTIC_OUTPUT = QParams(1 / 256, -128)  # the quantisation that TFLite prescribes
TANH_OUTPUT = QParams(1 / 128, 0)
ELU = Expression(
    "relax.where",
    (
        Expression("relax.less", ("x", 0.0)),
        Expression("relax.subtract", (Expression("relax.exp", ("x",)), 1.0)),
        "x",
    ),
)


def rule(expression: Operand, source: QParams, target: QParams) -> Rule | None:
    """The integer rule of TFLite Micro for `expression`; None where it computes in float or not at all."""
    match expression:
        case "x":
            return requantized
        case Expression("relax.nn.relu", ("x",)):
            return relu
        case Expression("relax.nn.leakyrelu", ("x",), (alpha,)):
            return leaky_relu(alpha)
        case Expression("relax.sigmoid", ("x",)) if target == LOGISTIC_OUTPUT:
            return logistic
        case Expression("relax.tanh", ("x",)) if target == TANH_OUTPUT:
            return tanh
        case Expression("relax.abs", ("x",)):
            return absolute
        case Expression("relax.rsqrt", ("x",)):
            return reciprocal_square_root
        case Expression("relax.divide", (Expression("relax.multiply", ("x", gate)), 6.0)):
            shifted = Expression("relax.add", ("x", 3.0))
            is_gate = gate == Expression("relax.clip", (shifted, 0.0, 6.0))
            return hard_swish if is_gate and hires_exponent(source, target) <= 0 else None
        case Expression("relax.where") if expression == ELU:
            return looked_up(ELU)
    return None


def ratio(source: QParams, target: QParams) -> float:
    return source.scale / target.scale


def requantized(x: Array, source: QParams, target: QParams) -> Array:
    factor = quantize_multiplier(ratio(source, target))
    return requantize(x - source.zero_point, *factor) + target.zero_point


def relu(x: Array, source: QParams, target: QParams) -> Array:
    return np.maximum(requantized(x, source, target), target.zero_point)


def leaky_relu(alpha: float) -> Rule:
    def rule(x: Array, source: QParams, target: QParams) -> Array:
        identity, slope, sign = leaky_factors(alpha, source, target)
        value = x - source.zero_point
        negative = requantize(value, *slope) * sign
        return np.where(value >= 0, requantize(value, *identity), negative) + target.zero_point

    return rule


def leaky_factors(
    alpha: float, source: QParams, target: QParams
) -> tuple[tuple[int, int], tuple[int, int], int]:
    """Multiplier and shift of positive inputs, of the others without the sign, and that sign."""
    slope = source.scale * float(np.float32(alpha)) / target.scale
    identity = quantize_multiplier(ratio(source, target))
    return identity, quantize_multiplier(abs(slope)), 1 if slope >= 0 else -1


def input_in_q4(x: Array, source: QParams) -> tuple[Array, Array]:
    """The real input as a Q4, and -1, 0 or 1 as it lies below, in or above the range of a Q4."""
    multiplier, shift = quantize_multiplier(source.scale * (1 << 27))
    radius = math.floor(math.ldexp(15 * (1 << 27), -shift))
    value = x - source.zero_point
    beyond = np.where(np.abs(value) >= radius, np.sign(value), 0)
    return requantize(np.where(beyond == 0, value, 0), multiplier, shift), beyond


def logistic(x: Array, source: QParams, target: QParams) -> Array:
    q4, beyond = input_in_q4(x, source)
    inside = rounding_shift_right(fixed_point.logistic(q4), 23) - 128
    return np.choose(beyond + 1, [INT8[0], inside, INT8[1]])


def tanh(x: Array, source: QParams, target: QParams) -> Array:
    q4, beyond = input_in_q4(x, source)
    inside = rounding_shift_right(fixed_point.tanh(q4), 24)
    return np.choose(beyond + 1, [INT8[0], inside, INT8[1]])


def absolute(x: Array, source: QParams, target: QParams) -> Array:
    factor = quantize_multiplier(ratio(source, target))
    size = np.abs(x - source.zero_point)
    return (size if source.scale == target.scale else requantize(size, *factor)) + target.zero_point


def reciprocal_square_root(x: Array, source: QParams, target: QParams) -> Array:
    """1 / sqrt(x); the greatest output where x <= 0, for which TFLite Micro stops."""
    value = x - source.zero_point
    inverse = inverse_roots(np.maximum(value, 1))
    outputs = requantize(inverse, *root_factor(source, target)) + target.zero_point
    return np.where(value > 0, outputs, INT8[1])


def inverse_roots(x: Array) -> Array:
    """2^20 / sqrt(x) of x > 0."""
    pairs = [fixed_point.inverse_square_root(int(value)) for value in x.ravel()]
    found = [int(requantize(1, multiplier, shift + 20)) for multiplier, shift in pairs]
    return np.array(found, np.int64).reshape(x.shape)


def root_factor(source: QParams, target: QParams) -> tuple[int, int]:
    """Multiplier and shift of 2^20 / sqrt(integer)."""
    root = np.sqrt(np.float32(source.scale))
    multiplier, shift = quantize_multiplier(1 / float(root * np.float32(target.scale)))
    return multiplier, shift - 20


def hires_exponent(source: QParams, target: QParams) -> int:
    """The exponent of hard swish's output multiplier; TFLite asks that it is not positive."""
    return quantize_multiplier(float(_hires_scale(source) / np.float32(target.scale)))[1]


def _hires_scale(source: QParams) -> np.float32:
    """The scale of an input with 7 more fractional bits."""
    return np.float32(1 / 128) * np.float32(source.scale)


def hard_swish(x: Array, source: QParams, target: QParams) -> Array:
    """x * relu6(x + 3) / 6 in 16 bits: the gate is a Q15 in [0, 1]."""
    hires = _hires_scale(source)
    output, exponent = _multiplier16(float(hires / np.float32(target.scale)))
    gate_multiplier, gate_exponent = _multiplier16(float(hires / np.float32(3 / 32768)))
    value = (x - source.zero_point) << 7
    on_output_scale = _high_mul16(value, output)
    gate = value
    if gate_exponent > 0:
        gate = _saturate16(gate << (gate_exponent - 1))
    gate = _high_mul16(gate, gate_multiplier)
    if gate_exponent > 0:
        gate = _saturate16(gate << 1)
    elif gate_exponent < 0:
        gate = rounding_shift_right(gate, -gate_exponent)
    gate = (gate + (1 << 15)) >> 1
    # Towards 0, which cancels the biases of the roundings before.
    product = np.trunc(gate * on_output_scale / (1 << 15)).astype(np.int64)
    return rounding_shift_right(product, -exponent) + target.zero_point


def _multiplier16(real: float) -> tuple[int, int]:
    multiplier, exponent = quantize_multiplier(real)
    return min((multiplier + (1 << 15)) >> 16, 2**15 - 1), exponent


def _high_mul16(a: Array, b: int) -> Array:
    """As `doubling_high_mul`, on 16 bits."""
    product = a * b
    total = product + np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return np.minimum(np.where(total >= 0, total >> 15, -((-total) >> 15)), 2**15 - 1)


def _saturate16(x: Array) -> Array:
    return np.clip(x, -(2**15), 2**15 - 1)


def looked_up(expression: Expression) -> Rule:
    """TFLite's own tables: float32, and a product with the inverse of the output's scale."""

    def rule(x: Array, source: QParams, target: QParams) -> Array:
        real = np.float32(source.scale) * (x - source.zero_point).astype(np.float32)
        rescaled = expression.evaluate(real) * (np.float32(1) / np.float32(target.scale))
        return round_away(rescaled).astype(np.int64) + target.zero_point

    return rule
