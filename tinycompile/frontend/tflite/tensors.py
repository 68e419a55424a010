"""What a TFLite file says of its tensors: names, quantisation, packed values."""

from math import prod
from typing import Any

import numpy as np
from tvm.relax.frontend.tflite.tflite_frontend import get_tensor_name

from tinycompile.quantization import QParams


def int4_values(data: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Elements of 4 bits, two a byte, the first the lower half, as int8."""
    low = (data << 4).astype(np.int8) >> 4
    high = data.astype(np.int8) >> 4
    return np.stack([low, high], axis=1).ravel()[: prod(shape)].reshape(shape)


def qparams(tensor: Any) -> QParams | None:
    """Per-tensor quantisation in the file, or None; a first channel stands for per-channel ones."""
    quantization = tensor.Quantization()
    if quantization is None or quantization.ScaleLength() == 0:
        return None
    zero_points = quantization.ZeroPointLength()
    return QParams(
        float(quantization.Scale(0)), int(quantization.ZeroPoint(0)) if zero_points else 0
    )


def tensor_names(subgraph: Any) -> list[str]:
    """The name of every tensor, made unique by its index where the file repeats it or gives none."""
    names = [get_tensor_name(subgraph, i) for i in range(subgraph.TensorsLength())]
    return [n if n and names.count(n) == 1 else f"{n}#{i}" for i, n in enumerate(names)]
