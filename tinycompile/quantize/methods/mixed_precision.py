"""More precision where int8 does not do: activations in 16 bits first, then layers in float, the worst first.

What helps most is found by measuring each tensor (each layer) alone. One more at a time is given the
precision until the bound is kept; then those that it is kept without, too, lose it again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from tinycompile.quantize.model import tensor_types
from tinycompile.quantize.model.measures import decibels
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.rewriting.rewriter import is_invented

BIAS_BYTES = 4
CHANNEL_BYTES = 9  # bias, multiplier and shift of an int8 layer


@dataclass
class MixedPrecision:
    """`drop` measures a recipe as the user's bound does; `label` names a tensor for people."""

    network: Network
    drop: Callable[[Recipe], float]
    allowed: float
    unit: str
    label: Callable[[str], str]
    steps: list[str]
    choices: list[dict[str, Any]] = field(default_factory=list)  # the same for machines

    def run(self, recipe: Recipe) -> Recipe | None:
        """`recipe` with as much precision as the bound takes; None if all of it is not enough."""
        graph = self.network.graph
        before = recipe
        roots = [root for root in graph.members() if tensor_types.can_widen(graph, root)]
        all_wide = replace(recipe, wide=frozenset(roots))
        enough = self._good(all_wide, f"16-bit activations for all {len(roots)} tensors")
        if enough:
            recipe = self._added(recipe, "wide", roots)
        else:
            layers = [name for name in graph.layers if tensor_types.can_float(graph, name)]
            all_float = replace(all_wide, floats=frozenset(layers))
            if not self._good(all_float, f"and float for all {len(layers)} layers"):
                return None
            recipe = self._added(all_wide, "floats", layers)
            self._note_all_wide(before, recipe)
        return self._reduced(recipe)

    def _good(self, recipe: Recipe, what: str) -> bool:
        """Whether all that there is would do: if not, there is no use in trying less of it."""
        drop = self.drop(recipe)
        enough = drop <= self.allowed
        verdict = "enough: which are needed?" if enough else "not enough"
        self.steps.append(f"{what}: {drop:.3g} {self.unit}, {verdict}")
        return enough

    def _added(self, recipe: Recipe, kind: str, names: Iterable[str]) -> Recipe:
        """One more of `names` at a time, by what it does to the error alone, until the bound is kept."""
        effects = {name: self._error(_with(recipe, kind, name)) for name in names}
        start, drop = self._error(recipe), self.drop(recipe)
        for name in sorted(effects, key=effects.__getitem__):
            if drop <= self.allowed:
                break
            self.network.progress(f"more precision: {name}")
            recipe, before = _with(recipe, kind, name), drop
            drop = self.drop(recipe)
            self._explain(kind, name, (start, effects[name]), (before, drop))
        return recipe

    def _note_all_wide(self, before: Recipe, after: Recipe) -> None:
        """For the report: what came with 16 bits for all."""
        for root in sorted(after.wide - before.wide):
            self.choices.append(self._choice("wide", root))

    def _reduced(self, recipe: Recipe) -> Recipe:
        """Without what the bound does not need; the least useful goes first."""
        graph = self.network.graph
        for kind in ("wide", "floats"):
            effects = {
                name: self._error(_without(recipe, kind, name)) for name in getattr(recipe, kind)
            }
            for name in sorted(effects, key=effects.__getitem__):
                less = _without(recipe, kind, name)
                drop = self.drop(less)
                if drop > self.allowed:
                    continue
                stored = tensor_types.resolve(graph, recipe.wide, recipe.floats).stored
                recipe, tensor = less, self._tensor(kind, name)
                self.choices[:] = [
                    c for c in self.choices if (c["kind"], c["tensor"]) != (kind, tensor)
                ]
                if kind == "floats" or stored[name] == tensor_types.INT16:  # not float anyway
                    narrower = "int8" if kind == "wide" else "integers"
                    self.steps.append(
                        f"{self.label(tensor)} back to {narrower}: {drop:.3g} {self.unit}"
                    )
        return recipe

    def _error(self, recipe: Recipe) -> float:
        return self.network.error(self.network.simulate(recipe))

    def _explain(
        self, kind: str, name: str, errors: tuple[float, float], drops: tuple[float, float]
    ) -> None:
        alone, before = (decibels(error) for error in (errors[1], errors[0]))
        choice = self._choice(kind, name) | {"drop_before": drops[0], "drop_after": drops[1]}
        self.choices.append(choice)
        what = "16-bit activations" if kind == "wide" else "float"
        grows = "its tensor grows" if kind == "wide" else "its constants grow"
        self.steps.append(
            f"{what} for {choice['source']} (alone {before:.1f} -> {alone:.1f} dB at the last layers): "
            f"{drops[0]:.3g} -> {drops[1]:.3g} {self.unit}; {grows} from {choice['bytes_before']:,} to "
            f"{choice['bytes_after']:,} bytes"
        )

    def _choice(self, kind: str, name: str) -> dict[str, Any]:
        before, after = self._bytes(kind, name)
        tensor = self._tensor(kind, name)
        return {
            "kind": kind, "tensor": tensor, "source": self.label(tensor),
            "bytes_before": before, "bytes_after": after,
        }  # fmt: skip

    def _tensor(self, kind: str, name: str) -> str:
        """What the group or layer is called: a tensor that the model has, if there is one."""
        if kind == "floats":
            return self.network.graph.layers[name].output
        members = self.network.graph.members()[name]
        return next((m for m in members if not is_invented(m)), name)

    def _bytes(self, kind: str, name: str) -> tuple[int, int]:
        """RAM of the largest tensor, or flash of the layer's constants, before and after."""
        graph = self.network.graph
        if kind == "wide":
            size = max(prod(graph.shapes[member]) for member in graph.members()[name])
            return size, 2 * size
        weights = graph.layers[name].weights
        channels = len(weights)
        return weights.size + CHANNEL_BYTES * channels, 4 * weights.size + BIAS_BYTES * channels


def _with(recipe: Recipe, kind: str, name: str) -> Recipe:
    return replace(recipe, **{kind: getattr(recipe, kind) | {name}})


def _without(recipe: Recipe, kind: str, name: str) -> Recipe:
    return replace(recipe, **{kind: getattr(recipe, kind) - {name}})
