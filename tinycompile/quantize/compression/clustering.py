"""Weights of few values a layer: their indices and a codebook take a fraction of the flash.

The codebook of a layer is integers, which its channels share under scales of their own, so that what is
stored is exact. The values are the optimum of weighted k-means in one dimension, found by dynamic
programming; then each weight takes the value that suits the sums of its layer, as in `round_weights`.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.frontend.source import Source
from tinycompile.kernels.shared.packing import pays
from tinycompile.passes.quantize.insert_qdq import QuantizedWeights
from tinycompile.quantization import INT8
from tinycompile.quantize.methods.correct_biases import corrected
from tinycompile.quantize.methods.round_weights import each_layer, least_squares
from tinycompile.quantize.model import weights
from tinycompile.quantize.model.float_graph import Weighted
from tinycompile.quantize.model.measures import percent, snr
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.rewriting.expressions import is_call

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
FEWEST = 2  # values of a layer
STEP = 0.5  # of the histogram that values are chosen from
SMALL = 0.01  # share of all weights: a layer of less stays as it is
REPEATS = 3  # values and scales fitted to each other
OUTLIER = 1e-9  # added to importances: no weight counts for nothing


def clustered(network: Network, recipe: Recipe, most: int) -> Recipe:
    """`recipe` with at most `most` values in the weights of every layer that is worth it."""
    plan = network.plan(recipe)
    integer = plan.weights.keys() - plan.int16 - plan.floats
    chosen = [item for item in worthwhile(network, most) if item.name in integer]
    found = dict(recipe.weights)

    def cluster(item: Weighted, inputs: list[Doubles]) -> None:
        scale = network.input_scale(recipe, item)
        floor = weights.least_scales(item.bias, scale, len(item.weights))
        found[item.name] = _Layer(item, floor, inputs).cluster(recipe.weights[item.name], most)

    each_layer(network, recipe, chosen, "clustering weights", cluster)
    return corrected(network, replace(recipe, weights=found))


def worthwhile(network: Network, most: int) -> list[Weighted]:
    """The layers whose flash falls by more than their accuracy is worth."""
    items = network.graph.weighted.values()
    total = sum(item.weights.size for item in items)
    return [
        item
        for item in items
        if not is_call(item.call, "nn.conv2d_transpose")
        and item.weights.size >= SMALL * total
        and pays(len(item.weights), item.weights[0].size, most)
    ]


class _Layer:
    """`second` are the second moments of the inputs of each group of channels, (K, K)."""

    def __init__(self, item: Weighted, floor: Doubles, inputs: list[Doubles]) -> None:
        self.shape, self.floor, self.second = item.weights.shape, floor, inputs
        flat = weights.flushed(item.weights).astype(np.float64)
        self.real: Doubles = flat.reshape(len(flat), -1)
        per_group = len(self.real) // len(inputs)
        self.diagonals = np.repeat([np.diag(h) for h in inputs], per_group, axis=0)  # (O, K)

    def cluster(self, plain: QuantizedWeights, most: int) -> QuantizedWeights:
        """The best of what comes of two first scales: by a channel's peak, and by its spread."""
        peaks = plain.scales.astype(np.float64)
        spreads = self.real.std(axis=1)
        ratio = (peaks / np.where(spreads > 0, spreads, np.inf)).max()
        evened = np.where(spreads > 0, spreads * ratio, peaks)
        found = [self._from(scales, most) for scales in (peaks, evened)]
        integers, scales = min(found, key=lambda pair: self._error(*pair))
        return QuantizedWeights(
            integers.astype(np.int8).reshape(self.shape), scales.astype(np.float32)
        )

    def _from(self, scales: Doubles, most: int) -> tuple[NDArray[Any], Doubles]:
        best = None
        for _ in range(REPEATS):
            scales = np.maximum(scales, self.floor)
            codes = values(self.real / scales[:, None], self._importance(scales), most)
            integers = self._assigned(scales, codes)
            scales = np.maximum(self._fitted(integers, scales), self.floor)
            if best is None or self._error(integers, scales) < self._error(*best):
                best = integers, scales
        assert best is not None
        return best

    def _importance(self, scales: Doubles) -> Doubles:
        return np.asarray(self.diagonals * scales[:, None] ** 2 + OUTLIER * self.diagonals.mean())

    def _assigned(self, scales: Doubles, codes: NDArray[Any]) -> NDArray[Any]:
        """For each weight one of `codes`, so that the layer's sums differ least."""
        groups = zip(self._split(self.real), self._split(scales), self.second, strict=True)
        return np.concatenate([least_squares(part, s, h, codes) for part, s, h in groups])

    def _fitted(self, integers: NDArray[Any], scales: Doubles) -> Doubles:
        """The scale of each channel under which its integers come closest to its weights."""
        fitted = []
        groups = zip(self._split(self.real), self._split(integers), self.second, strict=True)
        for part, codes, h in groups:
            through = codes @ h
            power = np.sum(through * codes, axis=1)
            fitted.append(np.sum(through * part, axis=1) / np.where(power > 0, power, np.inf))
        found = np.concatenate(fitted)
        return np.where(found > 0, found, scales)

    def _error(self, integers: NDArray[Any], scales: Doubles) -> float:
        error = self.real - integers * scales[:, None]
        groups = zip(self._split(error), self.second, strict=True)
        return sum(float(np.sum((part @ h) * part)) for part, h in groups)

    def _split(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        return np.split(rows, len(self.second))


def values(points: Doubles, importance: Doubles, most: int) -> NDArray[np.int64]:
    """At most `most` integers of int8: the least weighted squared distance from `points` to the nearest."""
    half = round(INT8[1] / STEP)
    bins = np.clip(np.rint(points / STEP).astype(int).ravel(), -half, half) + half
    weight: NDArray[Any] = np.bincount(bins, importance.ravel(), 2 * half + 1)
    at = np.flatnonzero(weight)
    centres = _k_means((at - half) * STEP, weight[at], most)
    return np.unique(np.rint(centres).astype(np.int64))


def _k_means(x: NDArray[Any], weight: NDArray[Any], most: int) -> Doubles:
    """The optimal centres of at most `most` runs of the sorted `x`."""
    moments = [np.concatenate([[0.0], np.cumsum(weight * x**power)]) for power in range(3)]
    zeroth, first, second = (m[None, :] - m[:, None] for m in moments)  # of the run [i, j)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(zeroth > 0, second - first**2 / zeroth, np.inf)
    cost = np.where(np.tri(len(cost), dtype=bool), np.inf, np.maximum(cost, 0))
    best, starts = cost[0], []
    for _ in range(min(most, len(x)) - 1):
        total = best[:, None] + cost
        total[0] = cost[0]  # fewer runs are allowed
        starts.append(total.argmin(axis=0))
        best = total.min(axis=0)
    end, centres = len(x), []
    for start in reversed(starts):
        begin = int(start[end])
        centres.append(first[begin, end] / zeroth[begin, end])
        end = begin
        if end == 0:
            break
    if end > 0:
        centres.append(first[0, end] / zeroth[0, end])
    return np.asarray(centres[::-1])


def describe(
    network: Network, before: Recipe, after: Recipe, most: int, source: Source
) -> dict[str, Any]:
    """What clustering changed; ready for JSON. Ratios of signal to noise are in dB."""
    items = network.graph.weighted.values()
    rows = [
        {
            "name": item.output,
            "source": source.origin(item.output),
            "weights": item.weights.size,
            "values": len(np.unique(after.weights[item.name].integers)),
            "weights_snr_db": round(snr(item.weights, after.weights[item.name].real), 2),
        }
        for item in items
        if after.weights[item.name] is not before.weights[item.name]
        and item.name not in after.floats
    ]
    outputs = network.graph.outputs
    real, integers = network.outputs(), network.outputs(before)
    return {
        "values": most,
        "layers": rows,
        "of_layers": len(items),
        "outputs_before": {name: round(snr(real[name], integers[name]), 2) for name in outputs},
    }


def lines(found: dict[str, Any]) -> list[str]:
    """What `describe` says, for people."""
    before = ", ".join(f"{percent(value):.2g} %" for value in found["outputs_before"].values())
    return [
        f"Clustered: {len(found['layers'])} of {found['of_layers']} layers have at most "
        f"{found['values']} different weights; before that the outputs were {before} off (root mean square)."
    ]
