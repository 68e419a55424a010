"""Rounding shifts the mean of a channel; its bias takes the shift back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycompile.quantize.network import Network, Recipe, spread

Array = NDArray[np.float32]
SAMPLES = 64


def corrected(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` with biases under which each layer's channels have the mean they have in float.

    Layers are corrected in order, each on what the corrected ones before it make.
    """
    items = {item.biased: item for item in network.graph.weighted.values() if item.biased}
    feeds = spread(network.feeds, SAMPLES)
    wanted = network.interpreter.run(feeds, keep=items)
    interpreter, alter = network.simulator(recipe)
    biases: dict[str, Array] = {}

    def correcting(name: str, value: Array) -> Array:
        if name in items:
            shift = (wanted[name] - value).reshape(-1, value.shape[-1]).mean(axis=0)
            biases[name] = recipe.biases.get(name, items[name].bias) + shift  # type: ignore[operator]
            value = value + shift
        return alter(name, value)

    interpreter.run(feeds, correcting, keep=network.graph.outputs)
    return replace(recipe, biases=biases)
