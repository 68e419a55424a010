"""What quantisation did, as data: part of NAME.json."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.frontend.source import Source
from tinycompile.passes.quantize.insert_qdq import Plan
from tinycompile.quantization import fake_quantize
from tinycompile.quantize.calibration.samples import Calibration
from tinycompile.quantize.methods.choose_methods import Trials
from tinycompile.quantize.model.measures import decibels, same_class, snr, top1
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.rewriting.qdq import Quantization


def describe(
    network: Network,
    recipe: Recipe,
    trials: Trials,
    calibration: Calibration,
    source: Source,
    real: Mapping[str, NDArray[np.float32]],
    module: Any,
) -> dict[str, Any]:
    """All figures, ready for JSON. Ratios of signal to noise (SNR) are in dB.

    `real` are the outputs in float, for all samples, of the network as it was given: of `module`.
    """
    outputs = network.graph.outputs
    integers = network.outputs(recipe)
    report: dict[str, Any] = {
        "samples": calibration.count,
        "noise": calibration.noise,
        "float_constant_bytes": float_constant_bytes(module),
        "steps": list(trials.steps),
        "more_precise": list(trials.choices),
        "outputs": {name: round(snr(real[name], integers[name]), 2) for name in outputs},
        "tensors": _tensors(network, recipe, source),
    }
    if calibration.labels is not None:
        labels = calibration.labels
        report["top1"] = {
            "float": round(top1(real[outputs[0]], labels), 2),
            "int8": round(top1(integers[outputs[0]], labels), 2),
        }
    elif network.classes:
        report["same_class"] = {"int8": same_class(real[outputs[0]], integers[outputs[0]])}
    return report


def float_constant_bytes(module: Any) -> int:
    """Of the network in float, batch normalisations folded."""
    found: dict[Any, int] = {}

    def count(expr: Any) -> None:
        if isinstance(expr, GenericConst):
            found[expr] = expr.value.numpy().nbytes

    relax.analysis.post_order_visit(module["main"], count)
    return sum(found.values())


def _tensors(network: Network, recipe: Recipe, source: Source) -> list[dict[str, Any]]:
    values, plan = network.simulate(recipe), network.plan(recipe)
    layers = {item.output: name for name, item in network.graph.weighted.items()}
    rows = []
    for i, (name, root) in enumerate(network.graph.group.items(), 1):
        network.progress(f"measuring what int8 costs: tensor {i} of {len(network.graph.group)}")
        if name not in source.nodes and name not in source.inputs:
            continue  # a reshape that the compiler put in
        stored = plan.activations.get(name)
        real, found = (network.told_apart(name, known[name]) for known in (network.values, values))
        row = {
            "name": name,
            "dtype": stored.dtype if stored else "float32",
            "source": source.origin(name),
            "snr_db": round(snr(real, found), 2),
            "sensitivity_db": round(_alone(network, plan, name, layers.get(name)), 2),
            "float_low": network.statistics[root].low,
            "float_high": network.statistics[root].high,
        }
        rows.append(row | _range(stored, real, recipe.methods[root]))
    return rows


def _range(stored: Quantization | None, real: NDArray[np.float32], method: str) -> dict[str, Any]:
    """What of a tensor's values its integers reach; all of them in float."""
    if stored is None or stored.whole is None:
        low, high = float(real.min()), float(real.max())
        return {"low": low, "high": high, "range": "float", "saturated": 0.0}
    params = stored.whole
    low, high = (params.scale * (q - params.zero_point) for q in stored.limits)
    margin = params.scale / 2
    saturated = np.mean((real < low - margin) | (real > high + margin))
    return {
        "low": low,
        "high": high,
        "scale": params.scale,
        "zero_point": params.zero_point,
        "range": method if stored.dtype == "int8" else "min-max",
        "saturated": float(saturated),
    }


def _alone(network: Network, plan: Plan, name: str, layer: str | None) -> float:
    """SNR at the outputs when only this tensor, and the weights that make it, are quantised."""
    stored = plan.activations.get(name)
    params = stored.whole if stored else None
    limits = stored.limits if stored else (0, 0)

    def quantized(value: NDArray[np.float32]) -> NDArray[np.float32]:
        return value if params is None else fake_quantize(value, params, limits)

    if layer is None or layer in plan.floats:
        changed = {name: quantized(network.values[name])}
        interpreter = network.interpreter
    else:
        item = network.graph.weighted[layer]
        real = plan.weights[layer].real
        interpreter = network.interpreter.replacing({layer: real.T if item.is_matmul else real})
        changed = {item.input: network.values[item.input]}

    def alter(tensor: str, value: NDArray[np.float32]) -> NDArray[np.float32]:
        return quantized(value) if tensor == name else value

    return decibels(network.error(interpreter.rerun(network.values, changed, alter)))
