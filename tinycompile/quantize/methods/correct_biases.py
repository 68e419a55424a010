"""Rounding shifts the mean of a channel; its bias takes the shift back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycompile.quantize.model.network import Network, Recipe

Array = NDArray[np.float32]
SAMPLES = 64
EXTREME, FEW = 0.025, 16  # share of the samples left out at either end, unless there are few


def corrected(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` with biases under which each layer's channels have the mean they have in float.

    Layers are corrected in order, each on what the corrected ones before it make.
    """
    items = {item.biased: item for item in network.graph.weighted.values() if item.biased}
    feeds = network.some(SAMPLES)
    network.progress("correcting biases")
    wanted = network.interpreter.run(feeds, keep=items)
    interpreter, alter = network.simulator(recipe)
    biases: dict[str, Array] = {}

    def correcting(name: str, value: Array) -> Array:
        if name in items:
            shift = _usual(wanted[name] - value)
            biases[name] = recipe.biases.get(name, items[name].bias) + shift  # type: ignore[operator]
            value = value + shift
        return alter(name, value)

    interpreter.run(feeds, correcting, keep=network.graph.outputs)
    return replace(recipe, biases=biases)


def _usual(error: Array) -> Array:
    """The mean error of each channel (the last axis), without the samples where it is extreme."""
    means = np.sort(error.reshape(len(error), -1, error.shape[-1]).mean(axis=1), axis=0)
    cut = int(np.ceil(EXTREME * len(means))) if len(means) >= FEW else 0
    return np.asarray(means[cut : len(means) - cut].mean(axis=0))
