"""Weights rounded up or down so that a layer's sums, not its weights, come out right.

One input at a time is rounded; what that costs is spread over the inputs not rounded yet, by how inputs go
together on the samples (the second moments H = X'X): the exact solution of the layer's least squares, one
weight at a time (GPTQ, after Optimal Brain Surgeon).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.insert_qdq import QuantizedWeights
from tinycompile.quantization import INT8
from tinycompile.quantize import weights
from tinycompile.quantize.graph import Weighted
from tinycompile.quantize.network import Network, Recipe, spread
from tinycompile.quantize.windows import columns

Array = NDArray[np.float32]
SAMPLES = 64
ROWS = 1 << 15  # of a layer's inputs that H is made of
DAMPING = 0.01  # of the mean second moment, added to all: samples are few


def rounded(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` with all weights rounded for what their layers see under it."""
    names = {item.input for item in network.graph.weighted.values()}
    interpreter, alter = network.simulator(recipe)
    values = interpreter.run(spread(network.fitted, SAMPLES), alter, keep=names)
    found = {}
    for item in network.graph.weighted.values():
        if str(item.call.op.name) == "relax.nn.conv2d_transpose":
            found[item.name] = recipe.weights[item.name]
            continue
        network.progress(f"rounding weights: {item.output}")
        found[item.name] = _layer(item, recipe.weights[item.name].scales, values[item.input])
    return replace(recipe, weights=found)


def _layer(item: Weighted, scales: Array, x: Array) -> QuantizedWeights:
    seen = [x.reshape(-1, x.shape[-1])] if item.is_matmul else columns(item.call, x)
    real = weights.flushed(item.weights)
    parts = np.split(real.reshape(len(real), -1), len(seen))
    pairs = zip(parts, np.split(scales, len(seen)), seen, strict=True)
    integers = [_least_squares(part, s, moments(inputs)) for part, s, inputs in pairs]
    return QuantizedWeights(np.concatenate(integers).reshape(real.shape), scales)


def moments(inputs: Array) -> NDArray[np.float64]:
    """X'X of rows of inputs, (K, K)."""
    rows = inputs.reshape(-1, inputs.shape[-1])
    rows = rows[:: max(1, len(rows) // ROWS)].astype(np.float64)
    return np.asarray(rows.T @ rows)


def _least_squares(part: Array, scales: Array, h: NDArray[np.float64]) -> NDArray[np.int8]:
    """(O, K) integers: sums of products with inputs of second moments `h` differ least."""
    damping = DAMPING * float(np.mean(np.diag(h)))
    h = h + np.eye(len(h)) * (damping or 1.0)
    upper = np.linalg.cholesky(np.linalg.inv(h)).T
    left, scale = part.astype(np.float64), scales.astype(np.float64)
    integers = np.zeros(part.shape, np.int8)
    for i in range(part.shape[1]):
        integers[:, i] = np.clip(np.rint(left[:, i] / scale), -INT8[1], INT8[1])
        error = (left[:, i] - integers[:, i] * scale) / upper[i, i]
        left[:, i + 1 :] -= np.outer(error, upper[i, i + 1 :])
    return integers
