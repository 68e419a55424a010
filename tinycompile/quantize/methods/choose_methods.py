"""From the cheapest method to the dearest, each kept if it lowers the error at the last layers.

With `max_drop` the first that is good enough is the last; if none is, that is an error. What int8 cannot do
is left to `mixed_precision`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.errors import AccuracyLost
from tinycompile.quantize.methods.choose_ranges import min_max_ranges, searched_ranges, widened
from tinycompile.quantize.methods.correct_biases import corrected
from tinycompile.quantize.methods.equalize_channels import STRENGTHS, equalized
from tinycompile.quantize.methods.mixed_precision import MixedPrecision
from tinycompile.quantize.methods.round_weights import rounded
from tinycompile.quantize.model.measures import decibels, top1
from tinycompile.quantize.model.network import Network, Recipe

WORTH = 0.97  # a method must bring the error below this share of the best so far


@dataclass
class Trials:
    """`labels` belong to the network's samples. `steps` explain every choice, in a line each."""

    network: Network
    labels: NDArray[np.int64] | None
    max_drop: float | None
    progress: Callable[[str], None]
    label: Callable[[str], str] = str  # a tensor's name for people
    steps: list[str] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)  # of more precision, for machines
    best: tuple[Network, Recipe] | None = None
    error: float = np.inf

    def run(self) -> tuple[Network, Recipe]:
        """The network, equalised if that pays, and the recipe for it, all samples considered."""
        network, recipe = self._all()
        return network, widened(network, recipe)

    def accept(self, name: str, network: Network, recipe: Recipe) -> None:
        """Take what the user asked for, whatever it costs, but for what `max_drop` allows."""
        self.best, self.error = (network, recipe), network.error(network.simulate(recipe))
        self.steps.append(f"{name}: {decibels(self.error):.1f} dB at the last layers, as asked for")
        if self.max_drop is not None and not self._good_enough():
            raise AccuracyLost(
                f"{name}: that loses {self._measure()}, --max-drop allows {self.max_drop:g} "
                f"{self._unit()}; ask for less"
            )

    def understood(self, network: Network, recipe: Recipe) -> list[str]:
        """A note where the bound makes most of the network float: maybe another was meant."""
        layers, floats = len(network.graph.layers), len(recipe.floats)
        if self.max_drop is None or 2 * floats < layers:
            return []
        percent = 100 * self.max_drop
        meant = f"if {percent:g} % was meant, say --max-drop {percent:g}"
        more = meant if self.max_drop < 1 else "allow more for a smaller network"
        return [
            f"WARNING: --max-drop {self.max_drop:g} was understood as {self.max_drop:g} {self._unit()}: "
            f"for that {floats} of {layers} layers compute in float; {more}"
        ]

    def _all(self) -> tuple[Network, Recipe]:
        self._try("min-max ranges", self.network, min_max_ranges(self.network))
        for method in (self._search, self._equalize, self._widen, self._correct, self._round):
            if self._good_enough():
                return self._best()
            method()
        if self.max_drop is not None and not self._good_enough():
            self._give_precision(self.max_drop)
        return self._best()

    def _give_precision(self, max_drop: float) -> None:
        network, recipe = self._best()
        recipe = widened(network, recipe)
        lost = self._measure()
        mixed = MixedPrecision(
            network, lambda r: self._drop(network, r), max_drop, self._unit(), self.label, self.steps,
            self.choices,
        )  # fmt: skip
        found = mixed.run(recipe)
        if found is None:
            raise AccuracyLost(
                f"int8 loses {lost}, --max-drop allows {max_drop:g} {self._unit()}, and neither 16-bit "
                f"activations nor float keep that: {self.steps[-1]}; allow more"
            )
        self.best = network, found

    def _best(self) -> tuple[Network, Recipe]:
        assert self.best is not None
        return self.best

    def _search(self) -> None:
        self._try(
            "range of each tensor searched",
            self.network,
            searched_ranges(self.network, self.progress),
        )

    def _equalize(self) -> None:
        """The strength that is best with plain ranges; then ranges are searched for it, too."""
        trials = []
        for strength in STRENGTHS:
            network = equalized(self.network, strength, self.progress)
            if network is not None:
                error = network.error(network.simulate(min_max_ranges(network)))
                trials.append((error, strength, network))
        if not trials:
            self.steps.append("channels equalised: no two layers that a factor passes between")
            return
        error, strength, network = min(trials, key=lambda trial: trial[0])
        name = f"channels equalised (strength {strength:g})"
        if not self._try(name, network, min_max_ranges(network)) and error > 2 * self.error:
            return
        self._try(f"{name}, ranges searched", network, searched_ranges(network, self.progress))

    def _widen(self) -> None:
        """Before anything is fitted to the ranges: from here on they are final."""
        network, recipe = self._best()
        wide = widened(network, recipe)
        if wide.ranges != recipe.ranges:
            self.best, self.error = (network, wide), network.error(network.simulate(wide))
            self.steps.append(
                f"ranges widened to all samples: {decibels(self.error):.1f} dB at the last layers"
            )

    def _correct(self) -> None:
        network, recipe = self._best()
        self._try("biases corrected", network, corrected(network, recipe))

    def _round(self) -> None:
        network, recipe = self._best()
        found = rounded(network, recipe)
        self._try("weights rounded by layer error", network, corrected(network, found))

    def _try(self, name: str, network: Network, recipe: Recipe) -> bool:
        error = network.error(network.simulate(recipe))
        taken = self.best is None or error < WORTH * self.error
        verdict = "taken" if taken else "not worth it"
        self.steps.append(f"{name}: {decibels(error):.1f} dB at the last layers, {verdict}")
        if taken:
            self.best, self.error = (network, recipe), error
        return taken

    def _good_enough(self) -> bool:
        return self.max_drop is not None and self._drop(*self._best()) <= self.max_drop

    def _drop(self, network: Network, recipe: Recipe) -> float:
        """Points of top-1 lost, or percent of error at the output."""
        if self.labels is None:
            return 100 * float(np.sqrt(network.output_error(network.simulate(recipe))))
        scores = network.graph.outputs[0]
        before, after = network.outputs()[scores], network.outputs(recipe)[scores]
        return top1(before, self.labels) - top1(after, self.labels)

    def _measure(self) -> str:
        return f"{self._drop(*self._best()):.2f} {self._unit()}"

    def _unit(self) -> str:
        return "% at the output (root mean square)" if self.labels is None else "points of top-1"
