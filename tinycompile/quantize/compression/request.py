"""What the user asks for to make a network smaller than int8 does."""

from dataclasses import dataclass

from tinycompile.errors import InvalidOption
from tinycompile.frontend.source import Source
from tinycompile.kernels.shared.packing import MOST
from tinycompile.program import Program
from tinycompile.quantize.compression.clustering import FEWEST


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
        if self.cluster is not None and not any(item.call.saved for item in program.layers):
            raise InvalidOption(
                f"--cluster {self.cluster}: no layer of {source.path.name} has weights of at most {MOST} "
                "values that are worth packing; float models are clustered with --quantize CALIB"
            )
