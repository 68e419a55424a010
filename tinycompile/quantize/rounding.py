"""Weights rounded up or down so that a layer's sums, not its weights, come out right.

One input at a time is rounded; what that costs is spread over the inputs not rounded yet, by how inputs go
together on the samples (the second moments H = X'X): the exact solution of the layer's least squares, one
weight at a time (GPTQ, after Optimal Brain Surgeon).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.insert_qdq import QuantizedWeights
from tinycompile.passes.rewriter import is_call
from tinycompile.quantization import INT8
from tinycompile.quantize import weights
from tinycompile.quantize.graph import Weighted
from tinycompile.quantize.network import Network, Recipe, spread
from tinycompile.quantize.windows import columns

Array = NDArray[np.float32]
SAMPLES = 64
ROWS = 1 << 15  # of a layer's inputs that H is made of
LEVELS = np.arange(-INT8[1], INT8[1] + 1)
MOST_INPUTS = (
    4096  # to one sum: H of more takes minutes and gigabytes; such layers keep the nearest
)
DAMPING = 0.01  # of the mean second moment, added to all: samples are few


def rounded(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` with all weights rounded for what their layers see under it."""
    items = network.graph.weighted.values()
    chosen = [item for item in items if not is_call(item.call, "nn.conv2d_transpose")]
    chosen = [item for item in chosen if item.weights[0].size <= MOST_INPUTS]
    found = dict(recipe.weights)
    for item, second in seen_by_layers(network, recipe, chosen):
        network.progress(f"rounding weights: {item.output}")
        found[item.name] = _layer(item, recipe.weights[item.name].scales, second)
    return replace(recipe, weights=found)


def seen_by_layers(
    network: Network, recipe: Recipe, items: Sequence[Weighted]
) -> Iterator[tuple[Weighted, list[NDArray[np.float64]]]]:
    """For each of `items` the second moments of what each group of its channels sees under `recipe`."""
    interpreter, alter = network.simulator(recipe)
    names = {item.input for item in items}
    values = interpreter.run(spread(network.fitted, SAMPLES), alter, keep=names)
    for item in items:
        x = values[item.input]
        seen = [x.reshape(-1, x.shape[-1])] if item.is_matmul else columns(item.call, x)
        yield item, [moments(inputs) for inputs in seen]


def _layer(item: Weighted, scales: Array, second: list[NDArray[np.float64]]) -> QuantizedWeights:
    real = weights.flushed(item.weights)
    parts = np.split(real.reshape(len(real), -1), len(second))
    groups = zip(parts, np.split(scales, len(second)), second, strict=True)
    integers = [least_squares(part, s, h) for part, s, h in groups]
    return QuantizedWeights(np.concatenate(integers).reshape(real.shape), scales)


def moments(inputs: Array) -> NDArray[np.float64]:
    """X'X of rows of inputs, (K, K)."""
    rows = inputs.reshape(-1, inputs.shape[-1])
    rows = rows[:: max(1, len(rows) // ROWS)].astype(np.float64)
    return np.asarray(rows.T @ rows)


def least_squares(
    part: NDArray[Any],
    scales: NDArray[Any],
    h: NDArray[np.float64],
    levels: NDArray[np.int64] = LEVELS,
) -> NDArray[np.int8]:
    """(O, K) integers among `levels`: sums of products with inputs of second moments `h` differ least."""
    damping = DAMPING * float(np.mean(np.diag(h)))
    h = h + np.eye(len(h)) * (damping or 1.0)
    upper = np.linalg.cholesky(np.linalg.inv(h)).T
    left, scale = part.astype(np.float64), scales.astype(np.float64)
    integers = np.zeros(part.shape, np.int8)
    between = (levels[1:] + levels[:-1]) / 2
    for i in range(part.shape[1]):
        integers[:, i] = levels[np.searchsorted(between, left[:, i] / scale)]
        error = (left[:, i] - integers[:, i] * scale) / upper[i, i]
        left[:, i + 1 :] -= np.outer(error, upper[i, i + 1 :])
    return integers
