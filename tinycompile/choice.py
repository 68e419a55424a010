"""Which kernel takes a layer where several can: the user's word for it, else the least estimated time.

Estimates come from `kernels/costs.toml`, made of measurements by `benchmarks/kernel_costs.py`.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from math import inf, prod
from pathlib import Path

from tinycompile.call import Call
from tinycompile.errors import InvalidOption
from tinycompile.families import AUTO, CMSIS_NN, PORTABLE
from tinycompile.kernel import Candidate, Kernel, Refusal
from tinycompile.program import Layer
from tinycompile.target import Isa


@dataclass
class Choice:
    """`mode` is one of MODES; `asked` are kernels' symbols by the layers that the user wants them for.

    A layer goes by the name of its output, or of its node in the source model. With `packs`, weights of few
    values are packed where that makes them smaller. With `lavish`, kernels that spend flash for speed are
    taken. With `exact`, kernels that approximate are not.
    """

    mode: str = PORTABLE
    isa: Isa = Isa.SCALAR
    asked: Mapping[str, str] = field(default_factory=dict)
    names: Callable[[str], Sequence[str]] = lambda tensor: [
        tensor
    ]  # of the layer that makes a tensor
    packs: bool = False
    lavish: bool = False
    exact: bool = False
    # By the tensor of a layer: the kernel that was taken, and why.
    reasons: dict[str, tuple[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)  # names of layers that were chosen for
    problems: list[str] = field(default_factory=list)

    def wanted(self, tensor: str) -> str | None:
        """The symbol that the user wants for the layer that makes `tensor`."""
        names = self.names(tensor)
        self.seen += names
        return next((self.asked[name] for name in names if name in self.asked), None)

    def refused(self, tensor: str, refusals: Sequence[Refusal]) -> None:
        """Note that the layer's wanted kernel cannot take it; a pass cannot raise our errors."""
        name = next(name for name in self.names(tensor) if name in self.asked)
        symbol = self.asked[name]
        reasons = [str(refusal) for refusal in refusals if refusal.symbol == symbol]
        why = reasons[0] if reasons else "it does not cover this operator"
        self.problems.append(f"--kernel {name}={symbol}: {why}")

    def refusal(self, kernel: Kernel) -> Refusal | None:
        """Why `kernel` is not for this model."""
        if not (self.exact and kernel.approximate):
            return None
        return Refusal(
            kernel.symbol, "It is for TFLite models, and approximates", "the model is not one"
        )

    def best(self, tensor: str, candidates: Sequence[Candidate]) -> Candidate:
        """One of `candidates`, which are of different families, for the layer that makes `tensor`."""
        best, why = self._best(candidates)
        if any(name in self.asked for name in self.names(tensor)):
            why = "asked for by --kernel"
        self.reasons[tensor] = best.kernel.symbol, why
        return best

    def _best(self, candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
        """And why."""
        by_family = {candidate.kernel.family: candidate for candidate in candidates}
        if len(by_family) == 1:
            return candidates[0], "no other kernel applies"
        if self.mode != AUTO:
            rest = by_family.get(PORTABLE, candidates[0])
            return by_family.get(self.mode, rest), f"--kernels {self.mode}"
        costs = [estimate(candidate, self.isa) for candidate in candidates]
        if None in costs:  # the first in the order of families, Arm's only where it is fast
            first = next(
                candidate
                for candidate in candidates
                if candidate.kernel.family != CMSIS_NN or self.isa >= Isa.DSP
            )
            return first, "not all that apply were measured: the first of their families"
        ranked = sorted(zip(costs, candidates, strict=True), key=lambda pair: pair[0] or 0.0)
        (least, best), *others = ranked
        rivals = [f"{other.kernel.symbol} {spent(cost or 0.0)}" for cost, other in others]
        return best, f"estimated {spent(least or 0.0)}, {', '.join(rivals)}"

    def check_known(self, kernels: Sequence[Kernel]) -> None:
        """Raise if the user named a kernel that is not among `kernels`."""
        symbols = [kernel.symbol for kernel in kernels]
        for layer, symbol in self.asked.items():
            if symbol not in symbols:
                close = get_close_matches(symbol, symbols, n=2, cutoff=0.4)
                hint = f"; did you mean {' or '.join(close)}?" if close else ""
                raise InvalidOption(
                    f"--kernel {layer}={symbol}: no such kernel here{hint} (see --list kernels)"
                )

    def check_all_taken(self) -> None:
        """Raise if the user named a layer that there is not, or that its kernel did not take."""
        if self.problems:
            raise InvalidOption(self.problems[0])
        for name in self.asked:
            if name not in self.seen:
                close = get_close_matches(name, self.seen, n=2, cutoff=0.4)
                hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
                raise InvalidOption(
                    f"--kernel {name}={self.asked[name]}: no layer has this name{hint}"
                )


COSTS = Path(str(files("tinycompile.kernels") / "costs.toml"))
FIELDS = ("isa", "layer", "kernel", "window", "work", "outputs", "cycles")
WINDOWS = ("1x1", "3x3")  # that kernels have code of their own for


@dataclass(frozen=True)
class Load:
    """What a layer asks of a kernel, as far as estimates go."""

    window: str  # one of WINDOWS, or ""
    work: int  # multiply-accumulates; of a pool, taps
    outputs: int

    @classmethod
    def of(cls, call: Call, outputs: int) -> "Load":
        height, width = (call.params.get(name, 0) for name in ("kernel_h", "kernel_w"))
        assert isinstance(height, int) and isinstance(width, int)
        window = f"{height}x{width}"
        work = call.macs or outputs * height * width
        return cls(window if window in WINDOWS else "", work, outputs)


@dataclass(frozen=True)
class Costs:
    """What kernels were measured to take on one instruction set.

    `kernels` has the cycles of a multiply-accumulate (or tap), of an output and of a call, by
    "SYMBOL 3x3" for some windows and by "SYMBOL" for all others. `slower` are loads for which a
    kernel, against what these say, was slower than its rival.
    """

    kernels: Mapping[str, Sequence[float]]
    slower: Mapping[str, Sequence[tuple[int, int]]]  # (work, outputs) by symbol

    def estimate(self, symbol: str, load: Load) -> float | None:
        """Cycles; None where the kernel was not measured."""
        found = self.kernels.get(f"{symbol} {load.window}") or self.kernels.get(symbol)
        if found is None:
            return None
        if (load.work, load.outputs) in self.slower.get(symbol, ()):
            return inf
        per_tap, per_output, per_call = found
        return per_tap * load.work + per_output * load.outputs + per_call


@cache
def known_costs(isa: Isa) -> Costs:
    of_isa = tomllib.loads(COSTS.read_text()).get(isa.name.lower(), {})
    slower = of_isa.pop("slower", {})
    return Costs(
        of_isa, {symbol: [tuple(pair) for pair in pairs] for symbol, pairs in slower.items()}
    )


def spent(cycles: float) -> str:
    """In words."""
    return "slower" if cycles == inf else f"{cycles:,.0f} cycles"


def estimated(layer: Layer, isa: Isa) -> float | None:
    """Cycles of `layer` on a core of `isa`; None where its kernel was not measured."""
    load = Load.of(layer.call, sum(prod(t.shape) for t in layer.outputs))
    return known_costs(isa).estimate(layer.kernel.symbol, load)


def estimate(candidate: Candidate, isa: Isa) -> float | None:
    """Estimated cycles of the layer on a core of `isa`; None where the kernel was not measured."""
    load = Load.of(candidate.kernel.lower(candidate.match), prod(candidate.shape))
    return known_costs(isa).estimate(candidate.kernel.symbol, load)


@dataclass(frozen=True)
class Measured:
    """What one kernel took for one layer."""

    isa: str
    layer: str
    kernel: str
    load: Load
    cycles: int


def read_measurements(path: Path) -> list[Measured]:
    with path.open(newline="") as file:
        return [
            Measured(
                isa=row["isa"],
                layer=row["layer"],
                kernel=row["kernel"],
                load=Load(row["window"], int(row["work"]), int(row["outputs"])),
                cycles=int(row["cycles"]),
            )
            for row in csv.DictReader(file)
        ]


def misjudged(
    measured: Sequence[Measured], costs: Mapping[str, Costs]
) -> list[tuple[Measured, Measured]]:
    """Where `costs` favour a kernel that was slower than another: what was taken, what was fastest."""
    rivals: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for item in measured:
        rivals[item.isa, item.layer].append(item)
    pairs = []
    for (isa, _), items in rivals.items():
        estimates = [costs[isa].estimate(item.kernel, item.load) or 0.0 for item in items]
        taken = items[estimates.index(min(estimates))]
        fastest = min(items, key=lambda item: item.cycles)
        if taken.cycles > fastest.cycles:
            pairs.append((taken, fastest))
    return pairs
