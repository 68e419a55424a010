"""The quantisers of QONNX and Brevitas, of any number of bits, as QuantizeLinear and DequantizeLinear.

A constant becomes integers right here; fewer than 8 bits of an activation are bounds within int8.
"""

from typing import Any

import numpy as np

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import Array, OnnxGraph, describe
from tinycompile.frontend.onnx.replacing import Replacement, replace

DOMAINS = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")
ROUNDINGS = {"ROUND": np.rint, "FLOOR": np.floor, "CEIL": np.ceil, "ROUND_TO_ZERO": np.trunc}
TYPES = ((8, np.int8), (16, np.int16), (32, np.int32))


def quantizers_to_qdq(graph: OnnxGraph) -> bool:
    """Do so, in place; whether there were any."""
    return any([replace(graph, REWRITES, domain) for domain in DOMAINS])


def _quant(r: Replacement) -> bool:
    scale, zero_point, bits = (_parameter(r, i, n) for i, n in enumerate(NAMES, 1))
    if bits.size != 1 or (zero_point.size != 1 and zero_point.any()):
        raise UnsupportedOperator(f"{describe(r.node)}: zero points or bits differ by channel")
    zero = zero_point.reshape(-1)[0]
    low, high = _limits(r, int(bits.reshape(-1)[0]))
    rounding = str(r.attributes.get("rounding_mode", "ROUND")).upper()
    if rounding not in ROUNDINGS:
        raise UnsupportedOperator(f"{describe(r.node)}: rounding_mode {rounding!r} is not known")
    if (value := r.value(0)) is not None:
        integers = ROUNDINGS[rounding](np.clip(value / scale + zero, low, high))
        _dequantize_constant(r, integers, scale, zero)
        return True
    if rounding != "ROUND":
        raise UnsupportedOperator(
            f"{describe(r.node)}: rounding_mode is {rounding}; of activations it must be ROUND"
        )
    if not float(zero).is_integer() or scale.size != 1:
        raise UnsupportedOperator(
            f"{describe(r.node)}: an activation has one scale and an integer zero point"
        )
    _quantize(r, low, high, scale, zero)
    return True


NAMES = ("scale", "zero point", "number of bits")


def _parameter(r: Replacement, index: int, what: str) -> Array:
    value = r.value(index)
    if value is None:
        raise UnsupportedOperator(
            f"{describe(r.node)}: its {what} is computed at run time; it must be a constant"
        )
    return value


def _limits(r: Replacement, bits: int) -> tuple[int, int]:
    narrow = int(bool(r.attributes.get("narrow", 0)))
    if r.attributes.get("signed", 1):
        return -(2 ** (bits - 1)) + narrow, 2 ** (bits - 1) - 1
    return 0, 2**bits - 1 - narrow


def _quantize(r: Replacement, low: int, high: int, scale: Array, zero: float) -> None:
    """In uint8 where int8 does not hold all values; `to_int8` shifts that."""
    dtype: Any = np.uint8 if low == 0 and high > 127 else np.int8
    bounds = np.iinfo(dtype)
    if low < bounds.min or high > bounds.max or not bounds.min <= zero <= bounds.max:
        if low == 0 or zero or high > np.iinfo(np.int16).max:
            raise UnsupportedOperator(
                f"{describe(r.node)}: activations from {low} to {high} are more than 8 bits; "
                "of 9 to 16 they must be signed, with zero point 0"
            )
        dtype, bounds = np.int16, np.iinfo(np.int16)
    parameters = [
        r.constant("scale", scale.reshape(()), np.float32),
        r.constant("zero_point", zero, dtype),
    ]
    value = r.emit("QuantizeLinear", r.input(0), *parameters)
    if (low, high) != (bounds.min, bounds.max):
        limits = [r.constant(name, limit, dtype) for name, limit in (("low", low), ("high", high))]
        value = r.emit("Clip", value, *limits)
    r.emit("DequantizeLinear", value, *parameters, output=r.node.output[0])


def _dequantize_constant(r: Replacement, integers: Array, scale: Array, zero: float) -> None:
    """As integers of a type that holds them; as reals where their scales are not along one axis."""
    scale = scale.reshape((1,) * (integers.ndim - scale.ndim) + scale.shape)
    axes = [axis for axis, size in enumerate(scale.shape) if size > 1]
    whole = float(zero).is_integer()
    fitting = [t for _, t in TYPES if np.iinfo(t).min <= integers.min(initial=0) and
               integers.max(initial=0) <= np.iinfo(t).max]  # fmt: skip
    if len(axes) > 1 or not whole or not fitting or fitting[0] is np.int16:
        real = ((integers - zero) * scale).astype(np.float32)
        r.emit("Identity", r.constant("real", real), output=r.node.output[0])
        return
    scales = scale.reshape(-1) if axes else scale.reshape(())
    zeros = np.full(scales.shape, zero)
    r.emit(
        "DequantizeLinear",
        r.constant("integers", integers, fitting[0]),
        r.constant("scale", scales, np.float32),
        r.constant("zero_point", zeros, fitting[0]),
        output=r.node.output[0],
        axis=axes[0] if axes else 0,
    )


def _bipolar(r: Replacement) -> bool:
    """Signs, times a scale."""
    value, scale = r.value(0), _parameter(r, 1, "scale")
    if value is None:
        raise UnsupportedOperator(
            f"{describe(r.node)}: of activations; signs are supported of constants only"
        )
    _dequantize_constant(r, np.where(value >= 0, 1.0, -1.0), scale, 0.0)
    return True


REWRITES = {"Quant": _quant, "IntQuant": _quant, "BipolarQuant": _bipolar}
