"""A float network under quantisation: its module, its samples, and what a recipe makes of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.insert_qdq import Plan, QuantizedWeights, whole
from tinycompile.quantization import QParams, fake_quantize
from tinycompile.quantize.model import endings, graph, recurrent_layers, tensor_types, weights
from tinycompile.quantize.model.float_graph import FloatGraph, Weighted
from tinycompile.quantize.model.interpreter import Interpreter, Values, unaltered
from tinycompile.quantize.model.measures import typical_error
from tinycompile.quantize.model.statistics import Statistics, collect

Array = NDArray[np.float32]
Feeds = dict[str, Array]  # by input: (samples, *shape), in the module's layout
JUDGED = 1 << 23  # elements of all tensors of the samples that every measurement runs on
FEWEST, MOST = 16, 256  # such samples
LARGEST, LEAST = 1 << 26, 4  # elements that limit all samples that run at once, but for so many
SOFTMAX_STEPS = 256  # of a softmax's output: less than one of them in all is nothing
TRIAL_EXPONENT = -12
TRIAL_SCALE = 0.05  # of every tensor: ratios of 1 suit all kernels
ENOUGH = 64  # samples, to set a third of them apart for measurements


@dataclass(frozen=True)
class Recipe:
    """One way to quantise a network. `biases` are real; `methods` say how each range was found."""

    ranges: dict[str, QParams]  # by group of tensors, in int8
    methods: dict[str, str]
    weights: dict[str, QuantizedWeights]  # by operator
    biases: dict[str, Array] = field(default_factory=dict)  # corrected ones, by sum with the bias
    wide: frozenset[str] = frozenset()  # groups of tensors that are int16
    floats: frozenset[str] = frozenset()  # layers in float, by operator
    cells: Mapping[str, int] = field(default_factory=dict)  # exponents of LSTMs' cells, by operator


class Network:
    """`statistics` are by group of tensors that share their quantisation."""

    def __init__(
        self, module: Any, feeds: Feeds, progress: Callable[[str], None] = lambda stage: None
    ) -> None:
        self.module, self.feeds, self.progress = module, feeds, progress
        self.graph: FloatGraph = graph.read(module)
        self.interpreter = Interpreter(module)
        self.sequences: Values = {}  # by recurrent layer, what it is to read next
        self.largest_cells: dict[str, float] = {}
        self.judged, self.fitted = self._split()
        self.targets = [endings.before_squashing(self.graph, name) for name in self.graph.outputs]
        features = [endings.features(self.graph, name) for name in self.targets]
        # Whether it tells classes.
        self.classes = len(self.graph.outputs) == 1 and endings.is_softmax(self.graph)
        self.watched = [*self.targets, *(name for name in features if name is not None)]

    @cached_property
    def statistics(self) -> dict[str, Statistics]:
        found = collect(
            self.interpreter, self.fitted, self.graph.quantized, self.progress, seen=self.seen
        )
        return {
            root: Statistics.merge(
                found[name] for name in [root, *(m for m in members if m != root)]
            )
            for root, members in self.graph.members().items()
        }

    @cached_property
    def values(self) -> Values:
        """The tensors in memory, in float, for the samples that measurements run on."""
        return self.interpreter.run(self.judged, keep=self.graph.in_memory)

    def seen(self, name: str, value: Array) -> Array:
        """What a range must hold of `value` of tensor `name`.

        Of a recurrent layer it is what goes around in it, of which the output may be the last only.
        """
        for reader in self.graph.readers[name]:
            if reader in self.graph.recurrent:
                self.sequences[reader] = value
        if name in self.graph.recurrent:
            return self.inside(name)
        return self.told_apart(name, value)

    def told_apart(self, name: str, value: Array) -> Array:
        """`value` of tensor `name`, as far as its readers tell it apart.

        What lies so far below the largest that a softmax makes nothing of it may as well lie higher.
        """
        axis = self.graph.softmax_axis(name)
        if axis is None:
            return value
        reach = math.log(SOFTMAX_STEPS * value.shape[axis + 1])
        return np.asarray(np.maximum(value, value.max(axis + 1, keepdims=True) - np.float32(reach)))

    def inside(self, name: str) -> Array:
        """The hidden states of recurrent layer `name` in all steps; its cells are remembered."""
        call, x = self.graph.calls[name], self.sequences.pop(name)
        hidden, largest = recurrent_layers.inside(call, x)
        self.largest_cells[name] = max(largest, self.largest_cells.get(name, 0.0))
        return hidden

    @property
    def cells(self) -> dict[str, int]:
        """Of every LSTM, the exponent of its cells' scale."""
        assert self.statistics  # which look at the cells
        exponents = recurrent_layers.cell_exponent
        return {name: exponents(largest) for name, largest in self.largest_cells.items()}

    def extremes(self, root: str) -> tuple[float, float]:
        """Of group `root`, on the samples that measurements run on."""
        members = self.graph.members()[root]
        for item in self.graph.recurrent.values():
            if item.output in members:
                self.sequences[item.name] = self.values[item.input]
        seen = [self.seen(name, self.values[name]) for name in members]
        return min(float(v.min()) for v in seen), max(float(v.max()) for v in seen)

    def _split(self) -> tuple[Feeds, Feeds]:
        """The samples that measurements run on, and those that ranges and corrections are made from.

        They differ, or every method would look as good as it is on what it was made for.
        """
        most = min(max(JUDGED // self.elements, self._room(FEWEST)), MOST)
        count = len(next(iter(self.feeds.values())))
        if count < ENOUGH:
            return spread(self.feeds, most), self.feeds
        apart = np.arange(count) % 3 == 1
        judged = {name: array[apart] for name, array in self.feeds.items()}
        return spread(judged, most), {name: array[~apart] for name, array in self.feeds.items()}

    @property
    def elements(self) -> int:
        """Of all tensors for one sample."""
        return sum(math.prod(shape) for shape in self.graph.shapes.values())

    def _room(self, wanted: int) -> int:
        """As many samples as `wanted`, but of a huge network no more than there is time and memory for."""
        return min(wanted, max(LARGEST // self.elements, LEAST))

    def some(self, wanted: int) -> Feeds:
        """About so many of the samples that ranges and corrections are made from."""
        return spread(self.fitted, self._room(wanted))

    def with_nearest_weights(self, recipe: Recipe) -> Recipe:
        """`recipe` with weights rounded to nearest, in scales that fit its ranges."""
        found = {}
        for item in self.graph.weighted.values():
            real = weights.flushed(item.weights)
            scale = weights.scales(real, item.bias, self.input_scale(recipe, item))
            found[item.name] = weights.nearest(real, scale)
        return replace(recipe, weights=found)

    def input_scale(self, recipe: Recipe, item: Weighted) -> float:
        return recipe.ranges[self.graph.group[item.input]].scale

    def plan(self, recipe: Recipe) -> Plan:
        """What InsertQdq takes."""
        types = tensor_types.resolve(self.graph, recipe.wide, recipe.floats)
        computed = {
            dtype: frozenset(n for n, found in types.computed.items() if found == dtype)
            for dtype in tensor_types.WIDTHS
        }
        activations = {
            name: whole(self.params(recipe, root, types.stored[name]), types.stored[name])
            for name, root in self.graph.group.items()
            if types.stored[name] != tensor_types.FLOAT
        }
        integers = {n: w for n, w in recipe.weights.items() if n not in recipe.floats}
        plan = Plan(
            activations,
            integers,
            int16=computed[tensor_types.INT16],
            floats=computed[tensor_types.FLOAT],
        )
        for item in self.graph.recurrent.values():
            if types.computed[item.name] == tensor_types.INT8:
                exponent = recipe.cells.get(item.name, TRIAL_EXPONENT)
                source, hidden = self.around(plan, item.name)
                layer = recurrent_layers.in_integers(item.call, source, hidden, exponent)
                plan.recurrent[item.name] = layer
        for item in self.graph.weighted.values():
            if item.biased is None or item.bias is None or item.name in recipe.floats:
                continue
            bias = recipe.biases.get(item.biased, item.bias)
            if item.name in plan.int16:  # its bias has 64 bits, in which rounding is nothing
                plan.real_biases[item.biased] = bias
                continue
            scale = weights.bias_scale(
                float(activations[item.input].scale), recipe.weights[item.name]
            )
            plan.biases[item.biased] = weights.quantize_bias(bias, scale)
            plan.bias_scales[item.biased] = scale
        return plan

    def around(self, plan: Plan, name: str) -> tuple[QParams, QParams]:
        """The quantisation of what recurrent layer `name` reads and makes."""
        item = self.graph.recurrent[name]
        source, made = (plan.activations[tensor].whole for tensor in (item.input, item.output))
        assert source is not None and made is not None
        return source, made

    def trial_plan(self) -> Plan:
        """With made-up ranges, for which nothing has to run."""
        fixed, anything = self.graph.fixed, QParams(TRIAL_SCALE, 0)
        ranges = {root: fixed.get(root, anything) for root in self.graph.members()}
        return self.plan(self.with_nearest_weights(Recipe(ranges, {}, {})))

    def params(self, recipe: Recipe, root: str, dtype: str) -> QParams:
        """The quantisation of group `root` as int8 or int16."""
        if dtype == tensor_types.INT8:
            return recipe.ranges[root]
        if root in self.graph.fixed:
            return tensor_types.FIXED_INT16
        found = self.statistics[root]
        apart = self.extremes(root)
        return tensor_types.symmetric(min(found.low, apart[0]), max(found.high, apart[1]))

    def simulator(self, recipe: Recipe) -> tuple[Interpreter, Callable[[str, Array], Array]]:
        """The network with quantised weights, and what quantisation does to each tensor."""
        plan = self.plan(recipe)
        second: Values = dict(plan.real_biases)
        for name, quantized in plan.weights.items():
            real = quantized.real
            second[name] = real.T if self.graph.weighted[name].is_matmul else real
        for name, bias in plan.biases.items():
            second[name] = (bias * plan.bias_scales[name].astype(np.float64)).astype(np.float32)

        def alter(name: str, value: Array) -> Array:
            found = plan.activations.get(name)
            if found is None or found.whole is None:
                return value
            return fake_quantize(value, found.whole, found.limits)

        layers = {
            name: partial(recurrent_layers.simulated, layer, *self.around(plan, name))
            for name, layer in plan.recurrent.items()
        }
        return self.interpreter.replacing(second, layers), alter

    def simulate(self, recipe: Recipe) -> Values:
        """The tensors in memory under `recipe`, for the samples that measurements run on."""
        interpreter, alter = self.simulator(recipe)
        return interpreter.run(self.judged, alter, keep=self.graph.in_memory)

    def outputs(self, recipe: Recipe | None = None) -> Values:
        """The outputs under `recipe`, or in float, for all samples."""
        interpreter, alter = self.simulator(recipe) if recipe else (self.interpreter, unaltered)
        return interpreter.run_in_turn(self.feeds, self.graph.outputs, alter)

    def error(self, values: Mapping[str, Array]) -> float:
        """Of the outputs and of what the last layers see, relative to the signal.

        Outputs alone are few numbers, in which the luck of a few samples would decide.
        """
        return self._mean_error(self.watched, values)

    def output_error(self, values: Mapping[str, Array]) -> float:
        """Of the outputs, relative to the signal; before a softmax, where there is one."""
        return self._mean_error(self.targets, values)

    def _mean_error(self, names: list[str], values: Mapping[str, Array]) -> float:
        known = [name for name in names if name in values]
        errors = [typical_error(self.values[name], values[name]) for name in known]
        return float(np.sum(errors)) / len(names)


def spread(feeds: Mapping[str, NDArray[Any]], count: int) -> dict[str, NDArray[Any]]:
    """`count` samples, evenly spaced among all."""
    total = len(next(iter(feeds.values())))
    chosen = np.unique(np.linspace(0, total - 1, min(count, total)).round().astype(int))
    return {name: array[chosen] for name, array in feeds.items()}
