"""A float network without some of its channels, and what that costs, in the report."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.errors import AccuracyLost, InvalidOption
from tinycompile.frontend.source import Source
from tinycompile.quantize.compression import choose_channels
from tinycompile.quantize.compression.refit_layers import refitted
from tinycompile.quantize.model.float_graph import Weighted
from tinycompile.quantize.model.measures import percent, snr, top1
from tinycompile.quantize.model.network import Network

CHANNEL_BYTES = 9  # of an output channel: bias, multiplier, shift


def pruned(
    whole: Network, share: float, labels: NDArray[np.int64] | None, source: Source
) -> tuple[Network, dict[str, Any]]:
    """`whole` without `share` of its weights, fitted to what it was, and what that changed, ready for JSON.

    Raises InvalidOption if nothing can be left out.
    """
    whole.progress("choosing channels to leave out")
    cut = choose_channels.pruned(whole, share)
    if not cut.kept:
        raise InvalidOption(
            f"--prune {share:g}: no channel of {source.path.name} can be left out: all are read by operators "
            "that need every one, or are few"
        )
    network = Network(refitted(whole, cut.module, cut.kept), whole.feeds, whole.progress)
    if cut.share < share:
        source.notes.append(
            f"--prune {share:g}: only {cut.share:.0%} of the weights could be left out; the channels that "
            "are left must stay"
        )
    report = _describe(whole, network, share, source) | _lost(whole, network, labels)
    return network, report


def _describe(whole: Network, network: Network, share: float, source: Source) -> dict[str, Any]:
    pairs = [(item, network.graph.weighted[name]) for name, item in whole.graph.weighted.items()]
    rows = [
        {
            "name": before.output,
            "source": source.origin(before.output),
            "channels": [len(before.weights), len(after.weights)],
            "weights": [before.weights.size, after.weights.size],
        }
        for before, after in pairs
        if before.weights.size != after.weights.size
    ]
    return {
        "asked": share,
        "weights": _sums(pairs, lambda item: item.weights.size),
        "macs": _sums(pairs, lambda item: item.weights.size * _places(whole, item)),
        "constant_bytes": _sums(pairs, lambda i: i.weights.size + CHANNEL_BYTES * len(i.weights)),
        "layers": rows,
    }


def _lost(whole: Network, network: Network, labels: NDArray[np.int64] | None) -> dict[str, Any]:
    """What the float outputs are without the channels: ratios in dB, and top-1 where there are labels."""
    outputs = whole.graph.outputs
    real, found = whole.outputs(), network.outputs()
    lost: dict[str, Any] = {
        "outputs": {name: round(snr(real[name], found[name]), 2) for name in outputs}
    }
    if labels is not None:
        lost["top1"] = [round(top1(values[outputs[0]], labels), 2) for values in (real, found)]
    return lost


def allowed_after(report: dict[str, Any], max_drop: float | None) -> float | None:
    """What of `max_drop` pruning leaves to int8. Raises AccuracyLost if it takes all."""
    if max_drop is None:
        return None
    if "top1" in report:
        lost, unit = report["top1"][0] - report["top1"][1], "points of top-1"
    else:
        worst = min(report["outputs"].values())
        lost, unit = 100 * 10 ** (-worst / 20), "% at the output (root mean square)"
    if lost > max_drop:
        raise AccuracyLost(
            f"--prune {report['asked']:g}: that loses {lost:.2f} {unit}, --max-drop allows {max_drop:g}; "
            "ask for less"
        )
    return max_drop - float(lost)


def _sums(pairs: list[tuple[Weighted, Weighted]], count: Callable[[Weighted], int]) -> list[int]:
    """Of all layers, before and after."""
    return [sum(count(pair[i]) for pair in pairs) for i in (0, 1)]


def _places(whole: Network, item: Weighted) -> int:
    """At how many pixels or rows each weight is used."""
    return prod(whole.graph.shapes[item.name][:-1])


def lines(found: dict[str, Any]) -> list[str]:
    """What the report says, for people."""
    text = [
        "Pruned: {0[0]:,} weights became {0[1]:,}, {1[0]:,} MACs {1[1]:,}, {2[0]:,} bytes of constants about "
        "{2[1]:,} in int8.".format(found["weights"], found["macs"], found["constant_bytes"])
    ]
    for row in found["layers"]:
        before, after = row["channels"]
        if before != after:
            text.append(f"  {row['source']}: {before} channels became {after}.")
    values = ", ".join(f"{percent(value):.2g} %" for value in found["outputs"].values())
    top = ", and top-1 from {:.2f} % to {:.2f} %".format(*found["top1"]) if "top1" in found else ""
    return [*text, f"  In float that moved the outputs by {values} (root mean square){top}."]
