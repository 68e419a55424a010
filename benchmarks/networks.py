"""Networks of many kinds: in float, as ONNX Runtime's static quantiser makes them, and as --quantize does.

    python -m benchmarks.networks [NAME ...]

The networks of tests/networks, exported from PyTorch with random weights. A row says

* float: the largest difference of an output from ONNX Runtime's, relative to the output's largest value;
* QDQ: how far, in steps, a layer of the C is from ONNX Runtime's, both fed the same;
* --quantize: signal-to-noise at the outputs against float, in the compiled C, beside that of ONNX Runtime's
  static quantisation (QDQ, int8, weights per channel, min-max) of the same samples; test inputs are others;
* instructions of an inference on a Cortex-M4, in float and by --quantize, and what of the latter stays float.

What is refused is there in its words. Writes benchmarks/networks.md.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import tinycompile
from tests.networks import files
from tinycompile.errors import TinyCompileError
from tinycompile.in_float import computes_in_float
from tinycompile.pipeline import Compiled
from tinycompile.quantize.model.measures import decibels, relative_error
from tinycompile.quantize.quantizer import in_layout
from tinycompile.simulate import accuracy, profile, verify
from tinycompile.simulate.inputs import to_source

TABLE = Path(__file__).with_suffix(".md")
TESTED, COMPARED = 32, 4  # inputs: for signal-to-noise, for differences
LARGE = {"ram": 1 << 20, "flash": 1 << 20}
HEADINGS = (
    "network", "float", "QDQ", "--quantize, dB", "ONNX Runtime, dB", "M4 float, k", "M4 int8, k",
    "stays float",
)  # fmt: skip


def in_float(name: str) -> str:
    compiled = tinycompile.compile(files.path(name), target="host")
    samples = files.feeds(name, COMPARED, seed=2)
    expected = files.run_onnxruntime(files.path(name), samples)
    with TemporaryDirectory() as folder:
        found = files.in_c(compiled, samples, Path(folder))
    worst = max(
        float(np.abs(ours[n].astype(float) - array).max() / (np.abs(array).max() or 1))
        for ours, theirs in zip(found, expected, strict=True)
        for n, array in theirs.items()
    )
    return f"{worst:.0e}"


def as_qdq(name: str) -> str:
    with TemporaryDirectory() as folder:
        compiled = tinycompile.compile(files.quantised(name, Path(folder)), target="host")
        done = verify.verify(compiled, verify.random_inputs(compiled, runs=COMPARED))
    return f"{done.largest_difference} LSB"


def ratio(wanted: list[files.Feed], found: list[files.Feed]) -> str:
    """Of float outputs, signal to noise."""
    names = [name for name, array in wanted[0].items() if array.dtype == np.float32]
    errors = [
        relative_error(*(np.stack([run[name] for run in runs]) for runs in (wanted, found)))
        for name in names
    ]
    return " ".join(f"{decibels(error):.1f}" for error in errors)


def quantised(name: str) -> Compiled:
    samples = files.stacked(files.feeds(name, files.CALIBRATED, seed=1))
    return tinycompile.compile(files.path(name), quantize=samples, **LARGE)


def ours(name: str) -> str:
    samples, compiled = files.feeds(name, TESTED, seed=3), quantised(name)
    assert compiled.quantized is not None
    outputs = accuracy.run(compiled, in_layout(compiled.quantized.module, files.stacked(samples)))
    found = [
        {n: to_source(array[i], n, compiled) for n, array in outputs.items()} for i in range(TESTED)
    ]
    return ratio(files.run_onnxruntime(files.path(name), samples), found)


def theirs(name: str) -> str:
    samples = files.feeds(name, TESTED, seed=3)
    with TemporaryDirectory() as folder:
        found = files.run_onnxruntime(files.quantised(name, Path(folder)), samples)
    return ratio(files.run_onnxruntime(files.path(name), samples), found)


def instructions_in_float(name: str) -> str:
    compiled = tinycompile.compile(files.path(name), **LARGE)
    return f"{profile.profile(compiled).instructions / 1000:.0f}"


def instructions_in_int8(name: str) -> str:
    return f"{profile.profile(quantised(name)).instructions / 1000:.0f}"


def stays_float(name: str) -> str:
    compiled = quantised(name)
    rows = {row.name: row.instructions for row in profile.profile(compiled).rows}
    floats = [layer for layer in compiled.program.layers if computes_in_float(layer)]
    return f"{sum(rows[layer.name] for layer in floats) / sum(rows.values()):.0%}" if floats else ""


CELLS: tuple[Callable[[str], str], ...] = (
    in_float, as_qdq, ours, theirs, instructions_in_float, instructions_in_int8, stays_float
)  # fmt: skip


def row(name: str) -> Iterator[str]:
    yield name
    for cell in CELLS:
        try:
            yield cell(name)
        except TinyCompileError as error:
            yield str(error)


def main(wanted: list[str]) -> None:
    logging.disable(logging.WARNING)
    lines = []
    for cells in (
        HEADINGS,
        ["---"] * len(HEADINGS),
        *(row(name) for name in wanted or files.NAMES),
    ):
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    if not wanted:
        TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
