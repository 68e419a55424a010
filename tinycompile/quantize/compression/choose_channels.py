"""Leave out the channels whose loss the network feels least, for the weights that go with them.

Filters, the inputs of all layers that read them, and what lies between go together, so less flash, RAM and
time is taken by plain kernels. The loss of a channel is what remains where the other channels stand in for it
(`channel_losses`), times what an error in that layer does to the network's outputs.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.set_constants import SetConstants
from tinycompile.passes.shrink.remove_channels import RemoveChannels
from tinycompile.quantize.compression import linked_channels
from tinycompile.quantize.compression.channel_losses import Reader
from tinycompile.quantize.model.float_graph import Weighted
from tinycompile.quantize.model.interpreter import unaltered
from tinycompile.quantize.model.network import Feeds, Network, spread
from tinycompile.shrinking.linked_channels import Channels, Indices

Array = NDArray[np.float32]
NOISE = 0.1  # of a layer's signal, as an amplitude: the error that sensitivity is measured with
ROOM = 1 << 25  # elements of the tensors of all samples
LEAST, MOST = 32, 256  # samples
FEWEST = 2  # channels of a layer that stay
SEED = 0


@dataclass(frozen=True)
class Pruned:
    """`kept` are, by tensor, the positions along the last axis that stay."""

    module: Any
    kept: dict[str, Indices]
    share: float  # of all weights, that went


def pruned(network: Network, share: float) -> Pruned:
    """`network` without about `share` of its weights, or as many as can go."""
    cut = _Cut(network)
    total = cut.weights()
    while total - cut.weights() < share * total and (group := cut.cheapest()) is not None:
        cut.remove(group)
    return Pruned(cut.module(), cut.kept(), 1 - cut.weights() / max(total, 1))


class _Cut:
    """The network as far as it is cut. A group is all positions of tensors that go together."""

    def __init__(self, network: Network) -> None:
        self.network, self.graph = network, network.graph
        self.channels: Channels = linked_channels.read(self.graph)
        self.gone = np.zeros(self.channels.count, bool)
        items = [i for i in self.graph.weighted.values() if linked_channels.keeps_apart(i)]
        names = {item.input for item in items}
        seen = network.interpreter.run(samples(network), keep=names)
        self.readers = {
            item.name: Reader(item, seen[item.input], _period(self._inputs(item))) for item in items
        }
        self.felt = self._sensitivities()
        self.read_by: dict[int, list[tuple[Reader, int]]] = defaultdict(list)
        for reader in self.readers.values():
            for place, group in enumerate(self._read(reader).tolist()):
                self.read_by[group].append((reader, place))
        self.losses = {name: reader.losses() for name, reader in self.readers.items()}
        self.free = np.zeros(self.channels.count, bool)  # to go
        for name in self.readers:
            self.free[self.channels.groups[name]] = True
        self.free[sorted(self.channels.fixed)] = False
        self.free[[g for g in np.flatnonzero(self.free) if g not in self.read_by]] = False

    def cheapest(self) -> int | None:
        """The group whose loss is least for the weights that go with it; None if all must stay."""
        free, saved, loss = (
            self.free & ~self.gone,
            np.zeros(len(self.gone)),
            np.zeros(len(self.gone)),
        )
        for name, item in self.graph.weighted.items():
            made = self.channels.groups[name]
            if self._left(made) <= FEWEST:
                free[made] = False
            np.add.at(
                saved,
                made,
                item.weights[0].size / len(self._depth(item)) * self._left(self._depth(item)),
            )
            if linked_channels.keeps_apart(item):
                taps = item.weights[0].size // len(self._inputs(item))
                np.add.at(saved, self._inputs(item), taps * self._left(made))
        for name, reader in self.readers.items():
            np.add.at(loss, self._read(reader), self.felt[name] * self.losses[name])
        if not free.any():
            return None
        return int(np.where(free, loss / np.maximum(saved, 1), np.inf).argmin())

    def remove(self, group: int) -> None:
        for reader, place in self.read_by[group]:
            reader.remove(place)
            self.losses[reader.item.name] = reader.losses()
        self.gone[group] = True

    def weights(self) -> int:
        """That are left."""
        total = 0
        for name, item in self.graph.weighted.items():
            depth = self._depth(item)
            taps = item.weights[0].size // len(depth)
            total += self._left(self.channels.groups[name]) * taps * self._left(depth)
        return total

    def kept(self) -> dict[str, Indices]:
        """By tensor that lost channels, those that stay."""
        stays = {name: ~self.gone[groups] for name, groups in self.channels.groups.items()}
        return {name: np.flatnonzero(mask) for name, mask in stays.items() if not mask.all()}

    def module(self) -> Any:
        constants: dict[str, Array] = {}
        for name, reader in self.readers.items():
            weights, bias = reader.constants()
            constants[name] = weights.T if reader.item.is_matmul else weights
            if reader.item.biased is not None:
                constants[reader.item.biased] = bias
        replaced: Any = SetConstants(constants)
        removed: Any = RemoveChannels(self.kept())
        return removed(replaced(self.network.module))

    def _left(self, groups: Indices) -> int:
        return len(groups) - int(self.gone[groups].sum())

    def _inputs(self, item: Weighted) -> Indices:
        return self.channels.groups[item.input]

    def _read(self, reader: Reader) -> Indices:
        """The group of each channel of `reader`."""
        return self._inputs(reader.item)[: reader.channels]

    def _depth(self, item: Weighted) -> Indices:
        """The channels that one filter reads: all, or a fixed one that stands for the filter's own."""
        if linked_channels.keeps_apart(item):
            return self._inputs(item)
        return np.array(sorted(self.channels.fixed)[:1], np.int64)

    def _sensitivities(self) -> dict[str, float]:
        """How much of the network's error a relative error in a layer's sums becomes."""
        rng = np.random.default_rng(SEED)
        found, plain = {}, self.network.interpreter.run(self.network.judged)
        for name, reader in self.readers.items():
            tensor = reader.item.biased or name
            value = plain[tensor]
            spread_ = value.std(axis=tuple(range(value.ndim - 1)), keepdims=True)
            noise = rng.normal(size=value.shape) * NOISE * np.sqrt(np.mean(spread_**2))
            changed = {tensor: (value + noise).astype(np.float32)}
            values = self.network.interpreter.rerun(plain, changed, unaltered)
            found[name] = max(self.network.error(plain | values), 1e-9) / NOISE**2
        return found


def samples(network: Network) -> Feeds:
    """As many as there is room for all their tensors."""
    return spread(network.fitted, min(max(ROOM // network.elements, LEAST), MOST))


def _period(groups: Indices) -> int:
    """After how many positions the groups come again: the channels of a flattened image."""
    count = len(groups)
    periods = (p for p in range(1, count + 1) if count % p == 0)
    return next(p for p in periods if np.array_equal(np.tile(groups[:p], count // p), groups))
