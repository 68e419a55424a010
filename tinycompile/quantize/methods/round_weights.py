"""Weights rounded up or down so that a layer's sums, not its weights, come out right.

One input at a time is rounded; what that costs is spread over the inputs not rounded yet, by how inputs go
together on the samples (the second moments H = X'X): the exact solution of the layer's least squares, one
weight at a time (GPTQ, after Optimal Brain Surgeon).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.insert_qdq import QuantizedWeights
from tinycompile.quantization import INT8
from tinycompile.quantize.model import weights
from tinycompile.quantize.model.float_graph import Weighted
from tinycompile.quantize.model.image_operators import columns, evenly
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.rewriting.expressions import is_call

Array = NDArray[np.float32]
SAMPLES = 64
ROWS = 1 << 15  # of a layer's inputs that H is made of
LEVELS = np.arange(-INT8[1], INT8[1] + 1)
MOST_INPUTS = 4096  # to a sum: H of more takes minutes and gigabytes; they keep the nearest
DAMPING = 0.01  # of the mean second moment, added to all: samples are few


def rounded(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` with all weights rounded for what their layers see under it."""
    items = network.graph.weighted.values()
    chosen = [item for item in items if not is_call(item.call, "nn.conv2d_transpose")]
    chosen = [item for item in chosen if item.weights[0].size <= MOST_INPUTS]
    found = dict(recipe.weights)

    def round_layer(item: Weighted, second: list[NDArray[np.float64]]) -> None:
        found[item.name] = _layer(item, recipe.weights[item.name].scales, second)

    each_layer(network, recipe, chosen, "rounding weights", round_layer)
    return replace(recipe, weights=found)


def each_layer(
    network: Network,
    recipe: Recipe,
    items: Sequence[Weighted],
    stage: str,
    use: Callable[[Weighted, list[NDArray[np.float64]]], None],
) -> None:
    """`use` each of `items` with the second moments of what its groups of channels see under `recipe`.

    While the network runs: all that layers see takes more memory than there may be.
    """
    interpreter, alter = network.simulator(recipe)
    by_input: dict[str, list[Weighted]] = defaultdict(list)
    for item in items:
        by_input[item.input].append(item)
    done = count(1)

    def watch(name: str, value: Array) -> Array:
        value = alter(name, value)
        for item in by_input[name]:
            network.progress(f"{stage}: layer {next(done)} of {len(items)}")
            use(item, [moments(inputs) for inputs in rows_seen(item, value, ROWS)])
        return value

    interpreter.run(network.some(SAMPLES), watch, keep=())


def rows_seen(item: Weighted, x: Array, most: int) -> list[Array]:
    """For each group of channels, what its products multiply weights with: about `most` rows."""
    if item.is_matmul:
        return [evenly(x.reshape(-1, x.shape[-1]), most)]
    return columns(item.call, x, most)


def _layer(item: Weighted, scales: Array, second: list[NDArray[np.float64]]) -> QuantizedWeights:
    real = weights.flushed(item.weights)
    parts = np.split(real.reshape(len(real), -1), len(second))
    groups = zip(parts, np.split(scales, len(second)), second, strict=True)
    integers = [least_squares(part, s, h) for part, s, h in groups]
    return QuantizedWeights(np.concatenate(integers).reshape(real.shape), scales)


def moments(inputs: Array) -> NDArray[np.float64]:
    """X'X of rows of inputs, (K, K)."""
    rows = inputs.astype(np.float64)
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
