"""Generated C against the oracle: on the host layer by layer, on the target's machine at the outputs."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinycompile.errors import Mismatch
from tinycompile.pipeline import Compiled
from tinycompile.program import Tensor
from tinycompile.simulate import harness, oracle_onnx, oracle_qdq, oracle_tflite
from tinycompile.simulate.harness import Arrays
from tinycompile.simulate.inputs import to_source

RUNS, SEED = 20, 0


@dataclass(frozen=True)
class Verified:
    """What was compared, all of it equal (or as close as the oracle asks for)."""

    runs: int
    tensors: int
    elements: int
    layers: int  # of the program, of which `tensors` have a counterpart in the model
    largest_difference: int  # 0 unless the oracle tolerates 1 (ONNX)
    constant: tuple[str, ...]  # compared tensors that never changed: they prove little
    floats: int = 0  # of `tensors`, those that are float32 and so compared within a tolerance

    def __str__(self) -> str:
        exact = f"within {self.largest_difference} LSB" if self.largest_difference else "bit-exact"
        if self.floats:
            tolerated = f"floats within {oracle_onnx.FLOAT_TOLERANCE:g} of their range"
            exact = tolerated if self.floats == self.tensors else f"{exact}, {tolerated}"
        still = f"; never changed: {', '.join(self.constant)}" if self.constant else ""
        return (
            f"Verified {exact}: {self.tensors} tensors of {self.layers} layers, {self.runs} inputs, "
            f"{self.elements:,} elements{still}."
        )


def random_inputs(compiled: Compiled, runs: int = RUNS, seed: int = SEED) -> list[Arrays]:
    """White noise, clouds around a level and blocks in turn: noise alone leaves many networks unmoved."""
    rng = np.random.default_rng(seed)
    kinds = (white_noise, cloud, blocks)
    return [
        {
            t.name: as_input(compiled, t, kinds[run % 3](rng, t.shape))
            for t in compiled.program.inputs
        }
        for run in range(runs)
    ]


def white_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform over all values of int8 and a little beyond."""
    return rng.uniform(-130, 130, shape)


def cloud(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values around a level."""
    return rng.normal(rng.uniform(-100, 100), rng.uniform(1, 60), shape)


def blocks(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Flat patches of four steps along every axis, as images and spectrograms have them, and faint noise."""
    coarse = rng.uniform(-130, 130, tuple(-(-size // 4) for size in shape))
    for axis, size in enumerate(shape):
        coarse = np.take(np.repeat(coarse, 4, axis=axis), np.arange(size), axis=axis)
    return np.add(coarse, rng.normal(0, 3, shape))


def as_input(compiled: Compiled, t: Tensor, levels: np.ndarray) -> np.ndarray:
    """`levels`, meant for int8, in the type of `t`: reals by the quantisation that reads them.

    int16 gets them 256 times as large, over its whole range.
    """
    if t.dtype == "float32":
        readers = [layer.output for layer in compiled.program.layers if t in layer.inputs]
        params = next((r.quantization for r in readers if r.quantization), None)
        scale, zero_point = (params.scale, params.zero_point) if params else (1 / 32, 0)
        return ((levels - zero_point) * scale).astype(np.float32)
    if t.dtype == "uint8":
        levels = levels + 128
    if t.dtype == "int16":
        levels = levels * 256
    info = np.iinfo(t.dtype)
    clipped: np.ndarray = np.clip(np.rint(levels), info.min, info.max)
    return clipped.astype(t.dtype)


def verify(
    compiled: Compiled,
    inputs: Sequence[Arrays],
    *,
    folder: Path | None = None,
    sanitize: bool = True,
    progress: Callable[[str], None] = lambda stage: None,
) -> Verified:
    """Compare every layer whose output the model names; raises `Mismatch` at the first difference."""
    traced = [item.output for item in compiled.program.layers]
    with tempfile.TemporaryDirectory() as temporary:
        progress("running the C on this machine")
        ours = harness.run_on_host(
            compiled, inputs, folder or Path(temporary), traced=traced, sanitize=sanitize
        )
    progress("running the oracle")
    if compiled.quantized:
        theirs = oracle_qdq.run(compiled, inputs, ours)
        return compare(compiled, ours, theirs, oracle_qdq.TOLERANCE, oracle_qdq.TOLERANCE_INT16)
    if compiled.source.format == "onnx":
        ours, theirs = oracle_onnx.run(compiled, inputs, ours)
        return compare(compiled, ours, theirs, oracle_onnx.TOLERANCE)
    names = ours[0].keys() & compiled.source.shapes.keys()
    inputs = [as_in_the_model(arrays, compiled) for arrays in inputs]
    ours = [as_in_the_model({n: a[n] for n in names}, compiled) for a in ours]
    theirs = oracle_tflite.run(compiled.source, inputs, set(names))
    return compare(compiled, ours, theirs, tolerance=0)


def as_in_the_model(arrays: Arrays, compiled: Compiled) -> Arrays:
    """The tensors in the layouts that the model's file has."""
    return {name: to_source(array, name, compiled) for name, array in arrays.items()}


def compare(
    compiled: Compiled,
    ours: Sequence[Arrays],
    theirs: Sequence[Arrays],
    tolerance: int,
    tolerance_int16: int | None = None,
) -> Verified:
    """Every tensor that both have, in the order of the layers.

    Integers may differ by `tolerance`, int16 by one of their own.
    """
    largest = 0
    names = theirs[0].keys()
    checked = {item.output.name: item.source for item in compiled.program.layers}
    for t in compiled.program.outputs:  # a reshape is no layer
        checked.setdefault(t.name, f'output "{t.name}"')
    for name, source in checked.items():
        for run, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            if name in names:
                far = distance(a[name], b[name])
                wide = a[name].dtype == np.int16 and tolerance_int16 is not None
                allowed = tolerance_int16 if wide else tolerance
                if far.max(initial=0) > allowed:
                    raise Mismatch(difference(source, run, a[name], b[name], far > allowed))
                largest = max(largest, int(far.max(initial=0)))
    return Verified(
        runs=len(ours),
        tensors=len(names),
        elements=sum(theirs[0][name].size for name in names) * len(ours),
        layers=len(compiled.program.layers),
        largest_difference=largest,
        constant=constant_tensors(ours, set(names)),
        floats=sum(theirs[0][name].dtype == np.float32 for name in names),
    )


def distance(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """How far apart, in LSB; float32 counts as 0 within a hundred-thousandth of its range."""
    theirs = theirs.reshape(ours.shape)
    if ours.dtype != np.float32:
        return np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
    allowed = oracle_onnx.FLOAT_TOLERANCE * max(float(np.abs(theirs).max(initial=0)), 1e-30)
    excess = np.maximum(np.abs(ours - theirs) / allowed - 1, 0)
    return np.asarray(np.ceil(excess))


def difference(
    source: str, run: int, ours: np.ndarray, theirs: np.ndarray, wrong: np.ndarray
) -> str:
    """Where two tensors first differ, in one line."""
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{source} differs from the reference in {wrong.sum()} of {ours.size} elements of run {run}: "
        f"first at {at}: {ours[at]}, expected {theirs.reshape(ours.shape)[at]}"
    )


def constant_tensors(ours: Sequence[Arrays], names: set[str]) -> tuple[str, ...]:
    return tuple(
        sorted(n for n in names if len(ours) > 1 and all((o[n] == ours[0][n]).all() for o in ours))
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
            wrong = a[t.name] != b[t.name]
            if in_float:
                wrong = distance(a[t.name], b[t.name]) > (t.dtype != "float32")
            if wrong.any():
                where = f'output "{t.name}" on {machine}'
                raise Mismatch(difference(where, run, a[t.name], b[t.name], wrong))
    elements = sum(array.size for arrays in actual for array in arrays.values())
    return f"Ran on {machine}: {len(actual)} inputs, {elements:,} output elements as on the host."
