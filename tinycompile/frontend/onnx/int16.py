"""int16 activations in ONNX: sums of their products never wrap, whatever type the bias has."""

import numpy as np
from onnx import TensorProto

from tinycompile.frontend.onnx.graph import Array, OnnxGraph


def keep_sums_wide(graph: OnnxGraph) -> None:
    """Make int32 biases floats, in place, where activations are int16; `QuantizeBias` makes them int64.

    An int32 bias of int16 activations is TFLite's way to ask for sums of 32 bits.
    """
    if all(found.element != TensorProto.INT16 for found in graph.types().values()):
        return
    outputs = {value.name for value in graph.outputs}
    kept = []
    for node in graph.nodes:
        operands = [graph.constants.get(name) for name in node.input]
        if node.op_type == "DequantizeLinear" and node.output[0] not in outputs:
            value = _real(*operands)
            if value is not None:
                graph.constants[node.output[0]] = value
                continue
        kept.append(node)
    graph.nodes = kept
    graph.prune()


def _real(
    integers: Array | None, scales: Array | None, zero_points: Array | None = None
) -> Array | None:
    """A vector of int32 with a scale each, or one for all; None for anything else."""
    if integers is None or scales is None or integers.dtype != np.int32 or integers.ndim > 1:
        return None
    if zero_points is not None and zero_points.any():
        return None
    real: Array = (integers.astype(np.float64) * scales).astype(np.float32)
    return real
