"""The range of every tensor, chosen by what it does to the network's outputs."""

from collections.abc import Callable

from tinycompile.quantization import QParams
from tinycompile.quantize.network import Network, Recipe
from tinycompile.quantize.ranges import MIN_MAX, candidates, fake_quantize, min_max

FIXED = "fixed"
WORTH = 0.98  # a method other than min-max must bring the error below this share of it


def min_max_ranges(network: Network) -> Recipe:
    fixed = network.graph.fixed
    ranges = {root: fixed.get(root) or min_max(s) for root, s in network.statistics.items()}
    methods = {root: FIXED if root in fixed else MIN_MAX for root in ranges}
    return network.with_nearest_weights(Recipe(ranges, methods, {}))


def searched_ranges(network: Network, progress: Callable[[str], None]) -> Recipe:
    """For each tensor the candidate with the least error at the outputs, all else being float."""
    start = min_max_ranges(network)
    ranges, methods = dict(start.ranges), dict(start.methods)
    roots = [root for root in ranges if root not in network.graph.fixed]
    members = network.graph.members()
    for i, root in enumerate(roots, 1):
        progress(f"choosing ranges: tensor {i} of {len(roots)}")
        found = candidates(network.statistics[root])
        if len(found) == 1:
            continue
        errors = {method: _error(network, members[root], q) for method, q in found.items()}
        best = min(errors, key=errors.__getitem__)
        if errors[best] < WORTH * errors[MIN_MAX]:
            ranges[root], methods[root] = found[best], best
    return network.with_nearest_weights(Recipe(ranges, methods, {}))


def _error(network: Network, members: list[str], params: QParams) -> float:
    """At the outputs, with only these tensors quantised."""
    changed = {name: fake_quantize(network.values[name], params) for name in members}
    values = network.interpreter.rerun(network.values, changed, lambda name, value: value)
    return network.error(values)
