"""The range of every tensor, chosen by what it does to the network's outputs.

One sweep over the tensors in order, all others being int8 as chosen so far: so every choice is judged on top
of the errors it will meet, and none makes the whole worse.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from tinycompile.passes.quantize.insert_qdq import activation_params
from tinycompile.quantization import INT8, QParams, fake_quantize
from tinycompile.quantize.methods.ranges import MIN_MAX, candidates, min_max
from tinycompile.quantize.model.interpreter import Values
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.quantize.model.statistics import Statistics

Array = NDArray[Any]
FIXED = "fixed"
WORTH = 0.95  # a method must bring the error at the outputs below this share of what it is
FINER = 0.9  # of min-max's steps: what gains less is not tried


def min_max_ranges(network: Network) -> Recipe:
    fixed = network.graph.fixed
    ranges = {root: fixed.get(root) or min_max(s) for root, s in network.statistics.items()}
    methods = {root: FIXED if root in fixed else MIN_MAX for root in ranges}
    return network.with_nearest_weights(Recipe(ranges, methods, {}, cells=network.cells))


def searched_ranges(network: Network, progress: Callable[[str], None]) -> Recipe:
    sweep = _Sweep(network)
    inside = {network.graph.group[item.output] for item in network.graph.recurrent.values()}
    apart = network.graph.fixed.keys() | inside  # what goes around must not be cut off
    roots = [root for root in network.statistics if root not in apart]
    for i, root in enumerate(roots, 1):
        progress(f"choosing ranges: tensor {i} of {len(roots)}")
        sweep.choose(root)
    return network.with_nearest_weights(sweep.recipe)


def widened(network: Network, recipe: Recipe) -> Recipe:
    """`recipe` whose min-max ranges reach the extremes of the samples set apart for measurements, too."""
    ranges = dict(recipe.ranges)
    for root in network.graph.members():
        if recipe.methods[root] == MIN_MAX:
            low, high = (INT8[end] - ranges[root].zero_point for end in (0, 1))
            reach = ranges[root].scale * low, ranges[root].scale * high
            least, largest = network.extremes(root)
            if least < reach[0] or largest > reach[1]:
                ranges[root] = activation_params(min(least, reach[0]), max(largest, reach[1]))
    return replace(recipe, ranges=ranges)


class _Sweep:
    """`values` are the tensors of the network under `recipe`; `raw` before their own quantisation."""

    def __init__(self, network: Network) -> None:
        self.network, self.recipe = network, min_max_ranges(network)
        self.interpreter, _ = network.simulator(self.recipe)
        self.raw: Values = {}
        in_memory = network.graph.in_memory
        self.values = self.interpreter.run(network.judged, self._record, keep=in_memory)
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

    def _record(self, name: str, value: Array) -> Array:
        root = self.network.graph.group.get(name)
        if root is None:
            return value
        self.raw[name] = value
        return fake_quantize(value, self.recipe.ranges[root])


def worthwhile(statistics: Statistics) -> dict[str, QParams]:
    """The candidates whose steps are clearly finer than those of min-max."""
    found = candidates(statistics)
    coarsest = FINER * found.pop(MIN_MAX).scale
    return {method: params for method, params in found.items() if params.scale <= coarsest}
