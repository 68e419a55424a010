"""Samples that look scaled otherwise than those that the network was trained on, or than each other.

The evidence is the network's own: scaled another way that people scale images, it makes sense where as given
it does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.quantize.model.measures import top1
from tinycompile.quantize.model.network import Feeds, Network, spread

Array = NDArray[np.float32]
SAMPLES = 128  # that each way of scaling is tried on
BYTE = 255
FEWEST = 16  # that say anything
BETTER = 20.0  # points of top-1: more than chance
SAME = 0.95  # of all samples in one class: the network sees no difference
APART = 0.75  # at most, of samples that it tells apart
SURE = 30.0  # by which a logit leads: the network shouts
CALMER = 5.0  # times, by another scaling
TIMES = 100.0  # as large as the median sample: scaled otherwise


@dataclass(frozen=True)
class Scaling:
    """A way to scale an input whose values range from `low` to `high`; `words` say what it would be."""

    low: float
    high: float
    words: str
    by: Callable[[NDArray[Any]], NDArray[Any]]

    @property
    def is_far(self) -> bool:
        """Of another order: between bytes and what is about 1."""
        return (self.high == BYTE) != self.words.endswith(str(BYTE))


SCALINGS = (
    Scaling(0, 255, "0 to 1", lambda x: x / 255),
    Scaling(0, 255, "-1 to 1", lambda x: x / 127.5 - 1),
    Scaling(0, 1, "0 to 255", lambda x: x * 255),
    Scaling(0, 1, "-1 to 1", lambda x: x * 2 - 1),
    Scaling(-1, 1, "0 to 1", lambda x: (x + 1) / 2),
    Scaling(-1, 1, "0 to 255", lambda x: (x + 1) * 127.5),
)


def notes(network: Network, feeds: Feeds, labels: NDArray[np.int64] | None) -> list[str]:
    """In words for the user; `labels` belong to `feeds`."""
    found = [note for name, array in feeds.items() for note in unlike_others(name, array)]
    if len(feeds) != 1 or found:
        return found
    ((name, array),) = feeds.items()
    if array.dtype != np.float32 or len(array) < FEWEST:
        return []
    array = spread({name: array}, SAMPLES)[name]
    why = ""
    if labels is not None:
        why = by_labels(network, array, spread({"": labels}, SAMPLES)[""])
    if network.classes or scores_classes(network):
        why = why or by_looks(network, array)
    given = f"WARNING: samples of input {name!r} range from {array.min():g} to {array.max():g}, and"
    return [f"{given} {why}: scale them as in training (of images: --image-range)"] if why else []


def unlike_others(name: str, array: Array) -> list[str]:
    """Samples whose largest value is far above that of most."""
    largest = np.abs(array.reshape(len(array), -1)).max(axis=1)
    median = float(np.median(largest))
    odd = np.flatnonzero(largest > TIMES * median)
    if not median or not len(odd):
        return []
    return [
        f"WARNING: {len(odd)} of {len(array)} samples of input {name!r} reach {largest[odd].max():g}, "
        f"most only {median:g}: are all scaled alike? (the first is number {odd[0]})"
    ]


def by_labels(network: Network, array: Array, labels: NDArray[Any]) -> str:
    """Where more labels come true by another scaling; "" elsewhere."""
    given = top1(scores(network, array), labels)
    rates = {s: top1(scores(network, s.by(array)), labels) for s in fitting(array)}
    best = max(rates, key=rates.__getitem__, default=None)
    if best is None or rates[best] < given + BETTER:
        return ""
    return (
        f"the network in float is right on {given:.0f} % of them; were they {best.words}, on "
        f"{rates[best]:.0f} %"
    )


def by_looks(network: Network, array: Array) -> str:
    """Where the network tells samples apart by another scaling, but not as given; "" elsewhere.

    Only if that scaling is of another order: less shows in labels alone.
    """
    given = Looks.of(scores(network, array), network.classes)
    if given.same > SAME:
        what, calm = "the network says one class of nearly all", SURE
    elif given.margin > SURE:
        what, calm = "the network has no doubt of any", given.margin / CALMER
    else:
        return ""
    for scaling in filter(lambda s: s.is_far, fitting(array)):
        other = Looks.of(scores(network, scaling.by(array)), network.classes)
        if other.same < APART and other.margin < calm:
            return f"{what}; were they {scaling.words}, it would tell them apart"
    return ""


@dataclass(frozen=True)
class Looks:
    """What scores look like: the share of the commonest class, and how far the largest logit leads."""

    same: float
    margin: float

    @classmethod
    def of(cls, found: Array, probabilities: bool) -> "Looks":
        rows = found.reshape(len(found), -1).astype(np.float64)
        if probabilities:
            rows = np.log(np.maximum(rows, np.exp(-2 * SURE)))
        counts = np.bincount(rows.argmax(axis=1))
        second, first = np.sort(rows, axis=1)[:, -2:].T
        return cls(float(counts.max()) / len(rows), float(np.median(first - second)))


def fitting(array: Array) -> list[Scaling]:
    """Those made for values that range as these do."""
    low, high = float(array.min()), float(array.max())
    return [
        s for s in SCALINGS
        if s.low <= low and high <= s.high and (high > s.high / 2) and (s.low >= 0 or low < s.low / 2)
    ][:2]  # fmt: skip


def scores_classes(network: Network) -> bool:
    """Whether the output may well be a score for each class."""
    shape = network.graph.shapes[network.graph.outputs[0]]
    return len(network.graph.outputs) == 1 and prod(shape) == max(shape[-1:], default=1) > 1


def scores(network: Network, array: Array) -> Array:
    (name,), output = network.graph.params, network.graph.outputs[0]
    feeds = {name: np.asarray(array, np.float32)}
    return network.interpreter.run_in_turn(feeds, [output])[output]
