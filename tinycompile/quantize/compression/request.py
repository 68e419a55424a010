"""What makes a network smaller than int8 does, when asked for, and what that costs, in the report."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinycompile.errors import InvalidOption
from tinycompile.frontend.source import Source
from tinycompile.kernels.shared.packing import MOST
from tinycompile.program import Program
from tinycompile.quantize.compression import pruning
from tinycompile.quantize.compression.clustering import FEWEST
from tinycompile.quantize.model.network import Network, Recipe, snr


@dataclass(frozen=True)
class Compression:
    """`cluster` is how many values the weights of a layer may have, `prune` the share of weights that go.

    Raises InvalidOption for values that make no sense.
    """

    cluster: int | None = None
    prune: float | None = None

    def __post_init__(self) -> None:
        if self.prune is not None and not 0 < self.prune < 1:
            raise InvalidOption(
                f"--prune {self.prune:g}: must be a share of the weights, above 0 and below 1"
            )
        if self.cluster is not None and not FEWEST <= self.cluster <= MOST:
            raise InvalidOption(
                f"--cluster {self.cluster}: must be from {FEWEST} to {MOST} values a layer"
            )

    def check_applied(self, program: Program, source: Source) -> None:
        """Raise if, of a model that was not quantised here, no layer could be packed."""
        if self.cluster is not None and not any(item.kernel.packed for item in program.layers):
            raise InvalidOption(
                f"--cluster {self.cluster}: no layer of {source.path.name} has weights of at most {MOST} "
                "values that are worth packing; float models are clustered with --quantize CALIB"
            )


def describe_clusters(
    network: Network, before: Recipe, after: Recipe, most: int, source: Source
) -> dict[str, Any]:
    """What clustering changed; ready for JSON. Ratios of signal to noise are in dB."""
    items = network.graph.weighted.values()
    rows = [
        {
            "name": item.output,
            "source": source.origin(item.output),
            "weights": item.weights.size,
            "values": len(np.unique(after.weights[item.name].integers)),
            "weights_snr_db": round(snr(item.weights, after.weights[item.name].real), 2),
        }
        for item in items
        if after.weights[item.name] is not before.weights[item.name]
        and item.name not in after.floats
    ]
    outputs = network.graph.outputs
    real, integers = network.outputs(), network.outputs(before)
    return {
        "values": most,
        "layers": rows,
        "of_layers": len(items),
        "outputs_before": {name: round(snr(real[name], integers[name]), 2) for name in outputs},
    }


def summary(report: dict[str, Any]) -> list[str]:
    """What was made smaller, in lines."""
    lines = []
    if "pruning" in report:
        lines += pruning.lines(report["pruning"])
    if "clustering" in report:
        found = report["clustering"]
        before = ", ".join(f"{value:.1f} dB" for value in found["outputs_before"].values())
        lines.append(
            f"Clustered: {len(found['layers'])} of {found['of_layers']} layers have at most "
            f"{found['values']} different weights; before that the outputs had {before}."
        )
    return lines
