"""The range of every tensor, chosen by what it does to the network's outputs.

One sweep over the tensors in order, all others being int8 as chosen so far: so every choice is judged on top of the
errors it will meet, and none makes the whole worse.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinycompile.quantization import QParams
from tinycompile.quantize.interpreter import Values
from tinycompile.quantize.network import Network, Recipe
from tinycompile.quantize.ranges import MIN_MAX, candidates, fake_quantize, min_max
from tinycompile.quantize.statistics import Statistics

FIXED = "fixed"
WORTH = 0.995  # a method must bring the error at the outputs below this share of what it is
HOPELESS = 1.5  # a range that adds this many times min-max's own error to its tensor is not tried


def min_max_ranges(network: Network) -> Recipe:
    fixed = network.graph.fixed
    ranges = {root: fixed.get(root) or min_max(s) for root, s in network.statistics.items()}
    methods = {root: FIXED if root in fixed else MIN_MAX for root in ranges}
    return network.with_nearest_weights(Recipe(ranges, methods, {}))


def searched_ranges(network: Network, progress: Callable[[str], None]) -> Recipe:
    sweep = _Sweep(network)
    roots = [root for root in network.statistics if root not in network.graph.fixed]
    for i, root in enumerate(roots, 1):
        progress(f"choosing ranges: tensor {i} of {len(roots)}")
        sweep.choose(root)
    return network.with_nearest_weights(sweep.recipe)


class _Sweep:
    """`values` are the tensors of the network under `recipe`; `raw` before their own quantisation."""

    def __init__(self, network: Network) -> None:
        self.network, self.recipe = network, min_max_ranges(network)
        self.interpreter, _ = network.simulator(self.recipe)
        self.raw: Values = {}
        self.values = self.interpreter.run(network.judged, self._record)
        self.error = network.error(self.values)
        self.members = network.graph.members()

    def choose(self, root: str) -> None:
        """Set the range of group `root` to the candidate with the least error at the outputs."""
        for method, params in worthwhile(self.network.statistics[root]).items():
            before = self.recipe
            self.recipe = replace(
                before,
                ranges=before.ranges | {root: params},
                methods=before.methods | {root: method},
            )
            raw, self.raw = self.raw, dict(self.raw)
            changed = {
                name: fake_quantize(raw[name], params)
                for name in self.members[root]
                if not self._follows(name, root)
            }
            values = self.interpreter.rerun(self.values, changed, self._record)
            error = self.network.error(self.values | values)
            if error < WORTH * self.error:
                self.values, self.error = self.values | values, error
            else:
                self.recipe, self.raw = before, raw

    def _follows(self, name: str, root: str) -> bool:
        """Whether `name` is computed from tensors of its own group."""
        return any(name in self.network.graph.readers[m] for m in self.members[root])

    def _record(self, name: str, value: np.ndarray) -> np.ndarray:
        root = self.network.graph.group.get(name)
        if root is None:
            return value
        self.raw[name] = value
        return fake_quantize(value, self.recipe.ranges[root])


def worthwhile(statistics: Statistics) -> dict[str, QParams]:
    """The candidates other than min-max that do not add much more error to the tensor itself."""
    found = candidates(statistics)
    limit = HOPELESS * _own_error(statistics, found.pop(MIN_MAX))
    return {m: q for m, q in found.items() if _own_error(statistics, q) <= limit}


def _own_error(statistics: Statistics, params: QParams) -> float:
    values = statistics.values
    return float(np.mean(np.square(fake_quantize(values, params) - values)))
