"""Choices at random that follow from a seed: the same seed, the same model."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


class Rejected(Exception):
    """What was chosen makes no model; the generator tries something else."""


class Choices:
    """A source of random choices."""

    def __init__(self, *seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def one_of(self, options: Iterable[T]) -> T:
        options = list(options)
        if not options:
            raise Rejected
        return options[int(self.random.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def between(self, low: int, high: int) -> int:
        """An integer of `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def weighted(self, options: Mapping[T, float]) -> T:
        shares = np.array(list(options.values()), float)
        return list(options)[int(self.random.choice(len(options), p=shares / shares.sum()))]

    def some(self, count: int, how_many: int) -> list[int]:
        """`how_many` of the numbers below `count`, in order."""
        return sorted(self.random.choice(count, how_many, replace=False).tolist())

    def cut(self, length: int, parts: int) -> list[int]:
        """`parts` sizes, none of them 0, that add up to `length`."""
        cuts = sorted(self.random.choice(np.arange(1, length), parts - 1, replace=False).tolist())
        return [int(size) for size in np.diff([0, *cuts, length])]

    def factors(self, number: int, count: int) -> list[int]:
        """`count` sizes whose product is `number`."""
        sizes, rest = [], number
        for _ in range(count - 1):
            sizes.append(self.one_of(d for d in range(1, rest + 1) if rest % d == 0))
            rest //= sizes[-1]
        return [*sizes, rest]


def attempts(count: int, make: Callable[[int], Any]) -> Any:
    """The first result of `make(0)`, `make(1)`... that is not rejected."""
    for attempt in range(count):
        try:
            return make(attempt)
        except Rejected:
            continue
    raise Rejected
