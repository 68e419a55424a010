"""Generated C against the oracle: on the host layer by layer, on the target's machine at the outputs."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinycompile.errors import InvalidOption, Mismatch, OracleFailed
from tinycompile.pipeline import Compiled
from tinycompile.program import Tensor
from tinycompile.simulate import harness, oracle_onnx, oracle_qdq, oracle_tflite, shrunk
from tinycompile.simulate.harness import Arrays
from tinycompile.simulate.random_inputs import random_inputs
from tinycompile.simulate.tolerance import LARGEST, Tolerance, is_close

__all__ = ["Verified", "random_inputs", "run_on_target", "verify"]

Oracle = oracle_onnx.Oracle | oracle_tflite.Oracle | oracle_qdq.Oracle
SHOWN = 3  # tensors that were not compared


@dataclass(frozen=True)
class Verified:
    """What was compared, all of it equal (or as close as the oracle asks for)."""

    runs: int
    tensors: int
    elements: int
    total: int  # tensors that the program makes: its layers' and outputs that are none of those
    oracle: str
    largest_difference: int = 0  # 0 unless the oracle tolerates 1
    constant: tuple[str, ...] = ()  # compared tensors that never changed: they prove little
    floats: int = 0  # of `tensors`, those that are float32 and so compared within a tolerance
    unseen: tuple[str, ...] = ()  # layers whose tensor the model has not: see what reads them
    not_finite: tuple[str, ...] = ()  # tensors with NaN or infinity, in the same places

    def __str__(self) -> str:
        exact = f"within {self.largest_difference} LSB" if self.largest_difference else "bit-exact"
        if self.floats:
            tolerated = "floats as closely as they can be computed"
            exact = tolerated if self.floats == self.tensors else f"{exact}, {tolerated}"
        parts = [
            f"Verified {exact}: compared {self.tensors} of {self.total} tensors with {self.oracle}, "
            f"{self.runs} inputs, {self.elements:,} elements"
        ]
        for what, names in (
            ("only through what reads them", self.unseen),
            ("never changed", self.constant),
            ("NaN or infinite", self.not_finite),
        ):
            if names:
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                parts.append(f"{what}: {', '.join(names[:SHOWN])}{more}")
        return f"{'; '.join(parts)}."


def verify(
    compiled: Compiled,
    inputs: Sequence[Arrays],
    *,
    folder: Path | None = None,
    sanitize: bool = True,
    progress: Callable[[str], None] = lambda stage: None,
) -> Verified:
    """Compare every tensor that the model has, too; raises `Mismatch` at the first difference."""
    if compiled.source.streamed:
        raise InvalidOption("--verify compares whole sequences: leave --stream-axis out for it")
    comparison = Comparison(compiled)
    try:
        with tempfile.TemporaryDirectory() as temporary:
            progress("building the C for this machine")
            runs = harness.trace(compiled, inputs, folder or Path(temporary), sanitize=sanitize)
            for run, (arrays, ours) in enumerate(zip(inputs, runs, strict=True)):
                progress(f"comparing with {comparison.oracle.title}: run {run + 1}/{len(inputs)}")
                comparison.add(run, arrays, ours)
    finally:
        comparison.close()
    return comparison.verified(len(inputs))


def oracle_for(compiled: Compiled, names: list[str]) -> Oracle:
    if compiled.quantized:
        return oracle_qdq.Oracle(compiled, names)
    if compiled.source.format == "onnx":
        return oracle_onnx.Oracle(compiled, names)
    return oracle_tflite.Oracle(compiled, names)


class Comparison:
    """Every tensor that program and oracle have, run by run; of earlier runs only sums are kept."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled, program = compiled, compiled.program
        self.aliases = aliases(compiled)
        self.sources = {t.name: layer.source for layer in program.layers for t in layer.outputs}
        self.outputs = [t.name for t in program.outputs if t.name not in self.sources]
        self.sources |= {name: f'output "{name}"' for name in self.outputs}
        self.sources |= {
            alias: self.sources[made]
            for alias, made in self.aliases.items()
            if alias not in self.sources
        }
        self.oracle = oracle_for(compiled, list(self.sources))
        self.tolerance = Tolerance(compiled, self.aliases)
        self.states = Tied(compiled)
        self.first: Arrays = {}  # what the first run made
        self.moved: set[str] = set()
        self.not_finite: set[str] = set()
        self.largest = 0

    def add(self, run: int, inputs: Arrays, ours: Arrays) -> None:
        tensors = self.compiled.program.tensors
        for alias, made in self.aliases.items():
            if alias not in ours:
                ours[alias] = ours[made].reshape(tensors[alias].shape)
        ours |= shrunk.whole(self.compiled, ours)
        inputs = inputs | self.states.now
        theirs = self.oracle.run(inputs, ours)
        ours |= shrunk.with_unread(self.compiled, ours, theirs)
        self.refuse_blindness(theirs)
        for name, array in theirs.items():
            if array.size != ours[name].size:
                raise Mismatch(
                    f"{self.sources[name]} has another shape than in the reference: "
                    f"{ours[name].shape}, expected {array.shape}"
                )
        allowed = self.tolerance.of(self.oracle, run, inputs, ours, theirs)
        for name, source in self.sources.items():
            if name in theirs:
                self.compare(f"{source} differs", run, ours[name], theirs[name], allowed[name])
                self.note(name, ours[name])
        self.states.follow(ours)

    def refuse_blindness(self, theirs: Arrays) -> None:
        """Every output is compared, but for those that are inputs; then something is."""
        program, source = self.compiled.program, self.compiled.source
        inputs = {t.name for t in program.inputs}
        outputs = dict.fromkeys([*source.outputs, *(t.name for t in program.outputs)])
        for name in outputs:
            if name not in inputs and not {name, self.aliases.get(name, name)} & theirs.keys():
                raise OracleFailed(
                    f"{source.path}: output {name!r} cannot be compared: the "
                    f"{'reference' if name in self.sources else 'program'} has no such tensor"
                )

    def compare(
        self, words: str, run: int, ours: np.ndarray, theirs: np.ndarray, allowed: np.ndarray
    ) -> None:
        wrong = ~is_close(ours, theirs, allowed)
        if wrong.any():
            raise Mismatch(difference(words, run, ours, theirs, wrong))
        if ours.dtype.kind != "f":
            far = np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
            self.largest = max(self.largest, int(far.max(initial=0)))

    def note(self, name: str, array: np.ndarray) -> None:
        if name not in self.first:
            self.first[name] = array
        elif not np.array_equal(self.first[name], array, equal_nan=array.dtype.kind == "f"):
            self.moved.add(name)
        if array.dtype.kind == "f" and not (np.abs(array) < LARGEST).all():
            self.not_finite.add(name)

    def verified(self, runs: int) -> Verified:
        program, seen = self.compiled.program, set(self.first)
        seen |= {made for alias, made in self.aliases.items() if alias in seen}
        layers = [la for la in program.layers if seen.intersection(t.name for t in la.outputs)]
        made = [t.name for layer in layers for t in layer.outputs if t.name in seen]
        outputs = [name for name in self.outputs if name in seen]
        names = [*made, *outputs]
        floats = [name for name in names if program.tensors[name].dtype == "float32"]
        return Verified(
            runs=runs,
            tensors=len(names),
            elements=sum(array.size for array in self.first.values()) * runs,
            total=sum(len(layer.outputs) for layer in program.layers) + len(self.outputs),
            oracle=self.oracle.title,
            largest_difference=self.largest,
            constant=tuple(sorted(set(self.first) - self.moved)) if runs > 1 else (),
            floats=len(floats),
            unseen=tuple(layer.title for layer in program.layers if layer not in layers),
            not_finite=tuple(sorted(self.not_finite)),
        )

    def close(self) -> None:
        self.oracle.close()
        self.tolerance.close()


class Tied:
    """The states that are inputs of the file: what each is `now`, when a run begins."""

    def __init__(self, compiled: Compiled) -> None:
        program, tied = compiled.program, compiled.source.states
        self.now = {s.tensor.name: s.initial for s in program.states if s.tensor.name in tied}
        made = {t.storage: t.name for layer in program.layers for t in layer.outputs}
        self.next = {s.tensor.name: made.get(s.tensor.storage) for s in program.states}

    def follow(self, ours: Arrays) -> None:
        """A run has made `ours`, the states among them."""
        for name, state in self.now.items():
            if made := self.next[name]:
                self.now[name] = ours[made].reshape(state.shape)


def aliases(compiled: Compiled) -> dict[str, str]:
    """Tensor that is no layer's output -> the layer's output whose bytes it has: reshapes cost nothing."""
    program = compiled.program
    kept = {state.tensor.storage for state in program.states}
    made = {t.storage: t.name for layer in program.layers for t in layer.outputs}
    direct = set(made.values())
    return {
        t.name: made[t.storage]
        for t in program.tensors.values()
        if t.storage in made and t.name not in direct and t.storage not in kept
    }


def difference(
    words: str, run: int, ours: np.ndarray, theirs: np.ndarray, wrong: np.ndarray
) -> str:
    """Where two tensors first differ, in one line."""
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{words} from the reference in {wrong.sum()} of {ours.size} elements of run {run}: "
        f"first at {at}: {ours[at]}, expected {theirs.reshape(ours.shape)[at]}"
    )


def run_on_target(compiled: Compiled, inputs: Sequence[Arrays]) -> str:
    """Compare the outputs on the target's QEMU machine with a sanitized build's on the host.

    They have the same bits, but for layers in float: there `expf` and its like are those of each C library.
    """
    with tempfile.TemporaryDirectory() as host, tempfile.TemporaryDirectory() as target:
        expected = harness.run_on_host(compiled, inputs, Path(host), sanitize=True)
        actual = harness.run_on_target(compiled, inputs, Path(target))
    machine = compiled.target.machine or "this machine"
    in_float = any(
        "<math.h>" in text for name, text in compiled.files.items() if name.endswith(".c")
    )
    for run, (a, b) in enumerate(zip(actual, expected, strict=True)):
        for t in compiled.program.outputs:
            allowed = allowed_on_target(t, b[t.name]) if in_float else 0
            wrong = ~is_close(a[t.name], b[t.name], allowed)
            if wrong.any():
                words = f'output "{t.name}" on {machine} differs'
                raise Mismatch(difference(words, run, a[t.name], b[t.name], wrong))
    elements = sum(array.size for arrays in actual for array in arrays.values())
    return f"Ran on {machine}: {len(actual)} inputs, {elements:,} output elements as on the host."


def allowed_on_target(t: Tensor, expected: np.ndarray) -> float:
    """What the C libraries may differ by."""
    if t.dtype != "float32":
        return 1
    finite = expected[np.isfinite(expected)]
    return 1e-5 * float(np.abs(finite).max(initial=0))
