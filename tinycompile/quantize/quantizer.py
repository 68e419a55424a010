"""The quantiser as a step of the pipeline: a canonical float module in, out the same with QDQ in int8."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import InvalidCalibration, UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.indices import index_limits
from tinycompile.passes.canonicalize.remove_no_ops import RemoveNoOps
from tinycompile.passes.quantize.give_bias import GiveBias
from tinycompile.passes.quantize.insert_qdq import InsertQdq, Plan
from tinycompile.passes.quantize.mask_by_minimum import MaskByMinimum
from tinycompile.passes.quantize.pool_instead_of_mean import PoolInsteadOfMean
from tinycompile.passes.quantize.quantize_edges import QuantizeEdges
from tinycompile.passes.quantize.settle_names import SettleNames
from tinycompile.passes.select.split_dequantize import SplitDequantize
from tinycompile.passes.windows.sink_reshapes import SinkReshapes
from tinycompile.quantization import QParams
from tinycompile.quantize.calibration import odd_ranges
from tinycompile.quantize.calibration.samples import Calibration, check, load
from tinycompile.quantize.compression import clustering
from tinycompile.quantize.compression.pruning import allowed_after, pruned
from tinycompile.quantize.compression.request import Compression
from tinycompile.quantize.methods.choose_methods import Trials
from tinycompile.quantize.model.network import Network
from tinycompile.quantize.options import QuantizeOptions
from tinycompile.quantize.report import describe
from tinycompile.recurrence import is_recurrent
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.permutation import LAYOUTS, LETTERS
from tinycompile.rewriting.repeat import Repeat

Array = NDArray[np.float32]
# Raises UnsupportedOperator if no kernel takes an operator of the quantised module.
Covered = Callable[[tvm.IRModule, Source], None]
FEEDS = ("float32", "int32", "int64", "bool")  # types of inputs; all but the first stay as they are
BETTER = 0.2  # of what guessing gets wrong, a network should get right


@dataclass
class Quantized:
    """What quantisation leaves behind, filled when its pass runs.

    `module` has the integers between quantize and dequantize, before kernels are selected: the reference of
    what the C computes. `feeds` are the samples in its layout, `outputs` the float results for them.
    """

    calibration: Calibration
    module: Any = None
    report: dict[str, Any] = field(default_factory=dict)
    activations: dict[str, QParams] = field(default_factory=dict)
    feeds: dict[str, Array] = field(default_factory=dict)
    outputs: dict[str, Array] = field(default_factory=dict)


class Quantize:
    """Calibrates and inserts QDQ; `result` receives what was found. `max_drop` as in `Trials`.

    Called as a pass is, but not registered as one: TVM would turn errors for the user into its own.
    """

    def __init__(
        self,
        source: Source,
        result: Quantized,
        max_drop: float | None,
        progress: Callable[[str], None],
        compression: Compression,
        covered: Covered,
    ) -> None:
        self.source, self.result, self.compression = source, result, compression
        self.max_drop, self.progress, self.covered = max_drop, progress, covered

    def __call__(self, mod: tvm.IRModule) -> tvm.IRModule:
        calibration = self.result.calibration
        feeds = in_layout(mod, calibration.feeds)
        network = whole = Network(mod, feeds, self.progress)
        self.check_covered(network)
        check_labels(network, calibration, self.source)
        check_tokens(mod, calibration, self.source)
        allowed, pruning = self.max_drop, None
        if share := self.compression.prune:
            network, pruning = pruned(whole, share, calibration.labels, self.source)
            allowed = allowed_after(pruning, allowed)
        trials = Trials(
            network, calibration.labels, allowed, self.progress, label=self.source.origin
        )
        self.source.notes += constant_notes(network, self.source)
        self.source.notes += odd_ranges.notes(whole, feeds, calibration.labels)
        network, recipe = trials.run()
        self.source.notes += trials.understood(network, recipe)
        unclustered = recipe
        if most := self.compression.cluster:
            recipe = clustering.clustered(network, recipe, most)
            trials.accept(f"weights clustered to {most} values a layer", network, recipe)
        plan = network.plan(recipe)
        insert: list[Any] = [InsertQdq(plan), SettleNames()]
        quantized = reduce(lambda module, step: step(module), insert, network.module)
        self.progress("measuring what int8 costs")
        self.result.module, self.result.feeds = quantized, feeds
        self.result.activations = {
            name: found.whole for name, found in plan.activations.items() if found.whole
        }
        outputs = self.result.outputs = whole.outputs()
        self.result.report = describe(
            network, recipe, trials, calibration, self.source, outputs, whole.module
        )
        if pruning:
            self.result.report["pruning"] = pruning
        if most:
            self.result.report["clustering"] = clustering.describe(
                network, unclustered, recipe, most, self.source
            )
        self.source.notes += doubtful_labels(self.result.report, network)
        return quantized

    def check_covered(self, network: Network) -> None:
        """Raise before minutes of search if no kernel takes an operator, in int8 or where it may be float."""
        self.progress("looking for kernels")
        plans = [network.trial_plan()]
        if self.max_drop is not None:
            plans.append(Plan({}, floats=frozenset(network.graph.calls)))
        found: list[UnsupportedOperator] = []
        for plan in plans:
            ranges = {name: q.whole for name, q in plan.activations.items() if q.whole}
            steps: list[Any] = [InsertQdq(plan), *EDGES]
            trial = reduce(lambda module, step: step(module), steps, network.module)
            try:
                return self.covered(trial, replace(self.source, quantization=ranges))
            except UnsupportedOperator as error:
                found.append(error)
        raise found[0]


EDGES: list[Any] = [SplitDequantize(), QuantizeEdges()]


def passes(quantize: Quantize) -> list[Any]:
    """From a canonical float module to the canonical int8 one, whose inputs and outputs are int8."""
    return [
        Repeat(SinkReshapes(), RemoveNoOps()),  # from between a convolution and its bias
        MaskByMinimum(),
        GiveBias(),
        PoolInsteadOfMean(),
        SettleNames(),
        quantize,
        *EDGES,
    ]


def prepared(
    source: Source,
    options: QuantizeOptions,
    compression: Compression,
    covered: Covered,
    progress: Callable[[str], None],
) -> tuple[Quantized | None, list[Any]]:
    """Where the outcome of quantisation will be, and its passes; nothing if no data is given."""
    given, max_drop = options.quantize, options.max_drop
    check(given, max_drop, compression.prune)
    if given is None:
        return None, []
    check_float(source.module, source)  # before the data: it cannot fit
    progress("reading calibration data")
    shapes = {name: source.shapes[name] for name in source.inputs}
    types = {
        param.name: str(param.ty.dtype)
        for param in source.module["main"].params
        if str(param.ty.dtype) != "float32"
    }
    calibration = load(given, shapes, options.preprocessing, types)
    source.notes += calibration.notes
    result = Quantized(calibration)
    return result, passes(Quantize(source, result, max_drop, progress, compression, covered))


def check_float(mod: tvm.IRModule, source: Source) -> None:
    """Raise if the model is quantised already, or has nothing to quantise."""
    main = mod["main"]
    calls = [b.value for block in main.body.blocks for b in block.bindings]
    if any(is_call(call, "quantize") or is_call(call, "dequantize") for call in calls):
        raise InvalidCalibration(
            f"{source.path}: the model is quantised already; compile it without --quantize"
        )
    for param in main.params:
        if str(param.ty.dtype) not in FEEDS:
            raise InvalidCalibration(
                f"{source.path}: input {param.name!r} is {param.ty.dtype}; inputs of models to quantise are "
                f"{', '.join(FEEDS)}"
            )
    if not any(isinstance(call, relax.Call) for call in calls):
        raise InvalidCalibration(f"{source.path}: there is no operator to quantise")
    for binding in (binding for block in main.body.blocks for binding in block.bindings):
        name = external.function(binding.value)
        known = is_recurrent(binding.value) or tvm.get_global_func(name, allow_missing=True)
        if name and not known:
            raise InvalidCalibration(
                f"{source.path}: {source.origin(binding.var.name)}: --quantize has to compute it in float, "
                "and does not know how"
            )


def in_layout(mod: tvm.IRModule, feeds: dict[str, Array]) -> dict[str, Array]:
    """Samples as the module takes them: in NHWC where passes made an input so."""
    main = mod["main"]
    layouts = dict(main.attrs.get(LAYOUTS, {})) if main.attrs else {}
    arranged = {}
    for param in main.params:
        array = feeds[param.name]
        if param.name in layouts:
            letters = LETTERS[array.ndim - 1]
            axes = [letters.index(letter) + 1 for letter in str(layouts[param.name])]
            array = array.transpose(0, *axes)
        arranged[param.name] = np.ascontiguousarray(array.reshape(len(array), *shape_of(param)))
    return arranged


def constant_notes(network: Network, source: Source) -> list[str]:
    """Tensors that never change on the samples: dead layers, or data that is not what the network expects."""
    return [
        f"{source.nodes.get(root, root)}: tensor {root!r} is {found.low:g} on all samples; "
        "its range says nothing about other data"
        for root, found in network.statistics.items()
        if found.constant and root not in network.graph.params
    ]


def doubtful_labels(report: dict[str, Any], network: Network) -> list[str]:
    """A note if the float network hardly beats guessing: then it is not int8 that is wrong."""
    if "top1" not in report:
        return []
    found = report["top1"]["float"]
    guessing = 100 / int(np.prod(network.graph.shapes[network.graph.outputs[0]]))
    if found > guessing + BETTER * (100 - guessing):
        return []
    return [
        f"WARNING: top-1 is {found:.1f} % in float already: labels or preprocessing do not fit the model"
    ]


def check_tokens(mod: tvm.IRModule, calibration: Calibration, source: Source) -> None:
    """Raise if inputs that index a table point beside it."""
    for name, limit in index_limits(mod).items():
        found = calibration.feeds[name]
        beside = (found < -limit) | (found >= limit)
        if beside.any():
            sample = int(np.argwhere(beside)[0][0])
            raise InvalidCalibration(
                f"{source.path}: input {name!r} is {found[beside][0]} in sample {sample}; the table that it "
                f"indexes has {limit} rows, 0 to {limit - 1}"
            )


def check_labels(network: Network, calibration: Calibration, source: Source) -> None:
    """Raise if labels cannot be indices of the first output's classes."""
    if calibration.labels is None:
        return
    classes = int(np.prod(network.graph.shapes[network.graph.outputs[0]]))
    low, high = int(calibration.labels.min()), int(calibration.labels.max())
    if low < 0 or high >= classes:
        raise InvalidCalibration(
            f"{source.path}: labels range from {low} to {high}; output "
            f"{network.graph.outputs[0]!r} has {classes} classes, 0 to {classes - 1}"
        )
