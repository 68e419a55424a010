"""Quantised weights of operators on floats, as dynamic-range quantisation leaves them.

The operator computes on reals: its weights are dequantised, and stay integers in the graph. TFLite's own
kernels quantise the activations as they come, and lose some precision by it.
"""

from typing import Any

import numpy as np
from tvm import relax

from tinycompile.frontend.tflite.operands import Operands
from tinycompile.frontend.tflite.structure import as_tuple
from tinycompile.rewriting.expressions import constant

NOT_OF_REALS = {"DEQUANTIZE", "QUANTIZE"}  # whose integers are meant


def real_weights(c: Operands, op: Any) -> dict[int, relax.Expr]:
    """By tensor: the quantised constants of `op` as reals, if all else that it reads and makes is float."""
    inputs = [int(i) for i in as_tuple(op.InputsAsNumpy()) if i >= 0]
    quantized = [i for i in inputs if c.quantized(i)]
    outputs = [op.Outputs(k) for k in range(op.OutputsLength())]
    if not quantized or any(c.dtype(i) != "float32" for i in outputs):
        return {}
    values = {i: c.value(i) for i in quantized}
    if any(value is None for value in values.values()):
        return {}
    return {i: _real(c, i, np.asarray(v)) for i, v in values.items()}


def _real(c: Operands, index: int, values: np.ndarray) -> relax.Expr:
    scales, zero_point, axis = _quantization(c, index)
    scale = relax.const(scales if scales.size > 1 else scales.reshape(()))
    real = relax.op.dequantize(constant(values), scale, relax.const(zero_point, "int32"), axis)
    return c.bb.emit(real)


def real_values(c: Operands, index: int, values: np.ndarray) -> np.ndarray:
    """What `values`, the integers of the constant `index`, stand for."""
    scales, zero_point, axis = _quantization(c, index)
    along = [-1 if i == axis else 1 for i in range(values.ndim)] if scales.size > 1 else ()
    return np.asarray((values.astype(np.float32) - zero_point) * scales.reshape(along))


def _quantization(c: Operands, index: int) -> tuple[np.ndarray, int, int]:
    """Scales, zero point, and the dimension that the scales lie along."""
    quantization = c.subgraph.Tensors(index).Quantization()
    scales = np.asarray(quantization.ScaleAsNumpy(), np.float32)
    return scales, c.qparams(index).zero_point, int(quantization.QuantizedDimension())
