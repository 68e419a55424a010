"""int4 constants as int8 ones of the same values; kernels find out again how few these are, and pack them."""

import numpy as np

from tinycompile.frontend.onnx.graph import OnnxGraph


def widen(graph: OnnxGraph) -> bool:
    """Whether there are weights of 4 bits; they, and zero points of their type, become int8."""
    found = [name for name, value in graph.constants.items() if value.dtype.name == "int4"]
    packs = any(graph.constants[name].size > 1 for name in found)
    for name in found:
        graph.constants[name] = graph.constants[name].astype(np.int8)
    return packs
