"""What quantisation did, as data (part of NAME.json) and as tables for people."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table

from tinycompile.frontend.source import Source
from tinycompile.passes.quantize.insert_qdq import Plan
from tinycompile.quantization import fake_quantize
from tinycompile.quantize.calibration.samples import Calibration
from tinycompile.quantize.compression import clustering, pruning
from tinycompile.quantize.methods.choose_methods import Trials
from tinycompile.quantize.model.measures import decibels, snr, top1
from tinycompile.quantize.model.network import Network, Recipe
from tinycompile.rewriting.qdq import Quantization


def describe(
    network: Network,
    recipe: Recipe,
    trials: Trials,
    calibration: Calibration,
    source: Source,
    real: Mapping[str, NDArray[np.float32]],
) -> dict[str, Any]:
    """All figures, ready for JSON. Ratios of signal to noise (SNR) are in dB.

    `real` are the outputs in float, for all samples, of the network as it was given.
    """
    outputs = network.graph.outputs
    integers = network.outputs(recipe)
    report: dict[str, Any] = {
        "samples": calibration.count,
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
    return report


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


def render(report: dict[str, Any]) -> RenderableType:
    """The steps, a table of tensors, and the figures at the outputs."""
    table = Table(header_style="bold", box=None)
    table.add_column("Quantised tensor of", overflow="fold")
    for heading in ("SNR dB", "Alone dB", "Range", "Saturated"):
        table.add_column(heading, justify="right")
    table.add_column("By")
    table.add_column("As")
    for row in report["tensors"]:
        table.add_row(
            row["source"],
            f"{row['snr_db']:.1f}",
            f"{row['sensitivity_db']:.1f}",
            f"{row['low']:.3g} .. {row['high']:.3g}",
            f"{row['saturated']:.2%}" if row["saturated"] else "",
            row["range"],
            row["dtype"],
        )
    lines = [f"  {step}" for step in report["steps"]]
    return Group("Quantised:", *lines, table, *summary(report))


def summary(report: dict[str, Any]) -> list[str]:
    """What the network as a whole loses, in lines."""
    lines = pruning.lines(report["pruning"]) if "pruning" in report else []
    if "clustering" in report:
        lines += clustering.lines(report["clustering"])
    lines += [
        f"Output {name!r}: {value:.1f} dB signal-to-noise, int8 against float, {report['samples']} samples."
        for name, value in report["outputs"].items()
    ]
    if "compiled_c" in report:
        lines += [
            f"Output {name!r}: {value:.1f} dB in the compiled C."
            for name, value in report["compiled_c"]["outputs"].items()
        ]
    if "top1" in report:
        top = report["top1"]
        compiled = f", {top['compiled_c']:.2f} % in the compiled C" if "compiled_c" in top else ""
        lines.append(
            f"Top-1: {top['float']:.2f} % in float, {top['int8']:.2f} % in int8{compiled}."
        )
    return lines
