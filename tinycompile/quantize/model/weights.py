"""Weights as int8 with a scale per output channel, biases as int32 at the scale of the sums."""

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.insert_qdq import QuantizedWeights
from tinycompile.quantization import INT8

Array = NDArray[np.float32]
NOISE = 1e-12  # of the layer's largest weight: what is smaller is 0
LARGEST_BIAS = 2**30  # leaves as much for the sum of products


def flushed(weights: Array) -> Array:
    """Without numerical noise around 0: a channel of nothing else would become full-range garbage."""
    largest = np.abs(weights).max(initial=0)
    return np.where(np.abs(weights) <= NOISE * largest, 0, weights).astype(np.float32)


def scales(weights: Array, bias: Array | None, input_scale: float) -> Array:
    """Per output channel, the least scale that holds its weights and whose bias fits int32.

    A channel of zeros takes the layer's largest scale.
    """
    peaks = np.abs(weights.reshape(len(weights), -1)).max(axis=1, initial=0).astype(np.float64)
    peaks = np.where(peaks == 0, peaks.max() or 1.0, peaks)
    found = np.maximum(peaks / INT8[1], least_scales(bias, input_scale, len(weights)))
    return found.astype(np.float32)


def least_scales(bias: Array | None, input_scale: float, channels: int) -> NDArray[np.float64]:
    """Per output channel, the scale below which the bias does not fit int32."""
    if bias is None:
        return np.zeros(channels)
    return np.asarray(np.abs(bias.astype(np.float64)) / (input_scale * LARGEST_BIAS))


def nearest(weights: Array, scales: Array) -> QuantizedWeights:
    along = scales.reshape(-1, *[1] * (weights.ndim - 1))
    integers = np.clip(np.rint(weights / along), -INT8[1], INT8[1])
    return QuantizedWeights(integers.astype(np.int8), scales)


def bias_scale(input_scale: float, weights: QuantizedWeights) -> Array:
    """One float32 product per channel, as kernels expect it."""
    return np.float32(input_scale) * weights.scales


def quantize_bias(bias: Array, scale: Array) -> NDArray[np.int32]:
    return np.rint(bias.astype(np.float64) / scale).astype(np.int32)
