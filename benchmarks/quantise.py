"""int8 by TinyCompile against int8 by others: top-1 and signal-to-noise at the output, side by side.

    python -m benchmarks.quantise [NAME ...]

* The networks of examples/quantise, calibrated on the same 200 images: ours in the compiled C, on this
  machine, against ONNX Runtime's static quantisation (QDQ, int8, weights per channel, min-max) there. A
  second table has top-1 over five draws of 200 images: one image more or less is the luck of a draw.
* MLPerf Tiny networks from a folder `shared/models` beside the checkout: ours from the float file, on
  inputs made here, against the published int8 file in TFLite Micro.

Test inputs are never those of calibration. Writes benchmarks/quantise.md.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime import quantization

import tinycompile
from benchmarks.natural_inputs import log_mel_windows, pictures
from examples.quantise.data import CALIBRATION, DATASETS
from examples.quantise.harden import glitches
from tinycompile.pipeline import Compiled
from tinycompile.quantize.model.measures import snr, top1
from tinycompile.quantize.quantizer import in_layout
from tinycompile.simulate import accuracy

ROOT = Path(__file__).parents[1]
NETWORKS = ROOT / "examples" / "quantise"
PUBLISHED = ROOT.parent / "shared" / "models"
CALIBRATED, TESTED = 200, 200  # inputs of the published networks
HARD = "digits_hard"  # the network that was made hard to quantise
DRAWS = 5  # of calibration images
ARENA_BYTES = 8 << 20

Floats = NDArray[np.float32]
Row = tuple[str, str, str, str, str, str]
INPUTS: dict[str, Callable[[int, int], Floats]] = {
    "ad01": log_mel_windows,
    "ic01": lambda count, seed: pictures(count, 32, seed) * np.float32(255),
    "vww": lambda count, seed: pictures(count, 96, seed),
}


def ours(path: Path, calibration: Floats, inputs: Floats) -> tuple[Floats, Compiled]:
    compiled = tinycompile.compile(
        path, quantize=calibration, target="host", ram=8 << 20, flash=8 << 20
    )
    assert compiled.quantized is not None
    (name,) = compiled.source.inputs
    batch = inputs.reshape(len(inputs), *compiled.source.shapes[name])
    outputs = accuracy.run(compiled, in_layout(compiled.quantized.module, {name: batch}))
    return next(iter(outputs.values())).reshape(len(inputs), -1), compiled


# --- ONNX Runtime -----------------------------------------------------------------------------------


class Samples(quantization.CalibrationDataReader):
    def __init__(self, images: Floats) -> None:
        self.feeds = iter([{"image": image[None]} for image in images])

    def get_next(self) -> dict[str, Floats] | None:
        return next(self.feeds, None)


def by_onnx_runtime(path: Path, calibration: Floats, inputs: Floats) -> Floats:
    with TemporaryDirectory() as folder:
        prepared, quantized = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        quantization.quant_pre_process(path, prepared)
        quantization.quantize_static(
            prepared, quantized, Samples(calibration), quant_format=quantization.QuantFormat.QDQ,
            per_channel=True, activation_type=quantization.QuantType.QInt8,
            weight_type=quantization.QuantType.QInt8,
        )  # fmt: skip
        return run_onnx(quantized, inputs)


def run_onnx(path: Path, inputs: Floats) -> Floats:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"image": x[None]})[0] for x in inputs])


def compare_with_onnx_runtime(path: Path) -> Row:
    dataset, _, _ = path.stem.partition("_")
    data = DATASETS[dataset]()
    (images, labels) = data.test
    calibration, _ = glitches() if path.stem == HARD else data.calibration
    wanted = run_onnx(path, images)
    found, _ = ours(path, calibration, images)
    theirs = by_onnx_runtime(path, calibration, images)
    scores = [f"{top1(outputs, labels):.2f}" for outputs in (wanted, found, theirs)]
    return (path.stem, *scores, f"{snr(wanted, found):.1f}", f"{snr(wanted, theirs):.1f}")  # type: ignore[return-value]


def over_draws(path: Path) -> tuple[str, ...]:
    """Top-1 over DRAWS sets of calibration images: mean and least of ours, and of ONNX Runtime's."""
    data = DATASETS[path.stem.partition("_")[0]]()
    (images, labels), (training, _) = data.test, data.train
    cells = [path.stem, f"{top1(run_onnx(path, images), labels):.2f}"]
    draws = [training[i * CALIBRATION : (i + 1) * CALIBRATION] for i in range(DRAWS)]
    for outputs in (
        [ours(path, draw, images)[0] for draw in draws],
        [by_onnx_runtime(path, draw, images) for draw in draws],
    ):
        scores = [top1(found, labels) for found in outputs]
        cells += [f"{np.mean(scores):.2f}", f"{min(scores):.2f}"]
    return tuple(cells)


# --- TFLite Micro -----------------------------------------------------------------------------------


def run_tflite_micro(path: Path, inputs: Floats) -> Floats:
    """Real outputs for real inputs; int8 files get theirs quantised."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_file(str(path), arena_size=ARENA_BYTES)
    entry, leave = interpreter.get_input_details(0), interpreter.get_output_details(0)
    outputs = []
    for x in inputs:
        x = x.reshape(entry["shape"])
        interpreter.set_input(_quantized(x, entry), 0)
        interpreter.invoke()
        outputs.append(_real(interpreter.get_output(0), leave).reshape(-1))
    return np.stack(outputs)


def _parameters(details: dict[str, Any]) -> tuple[np.float32, int]:
    found = details["quantization_parameters"]
    return np.float32(found["scales"][0]), int(found["zero_points"][0])


def _quantized(real: Floats, details: dict[str, Any]) -> NDArray[Any]:
    if details["dtype"] == np.float32:
        return real
    scale, zero_point = _parameters(details)
    return np.clip(np.rint(real / scale) + zero_point, -128, 127).astype(np.int8)


def _real(values: NDArray[Any], details: dict[str, Any]) -> Floats:
    if values.dtype == np.float32:
        return values
    scale, zero_point = _parameters(details)
    return (values.astype(np.float32) - zero_point) * scale


def compare_with_published(name: str) -> Row:
    make = INPUTS[name]
    calibration, inputs = make(CALIBRATED, 1), make(TESTED, 2)
    path = PUBLISHED / f"{name}_fp32.tflite"
    wanted = run_tflite_micro(path, inputs)
    found, _ = ours(path, calibration, inputs)
    theirs = run_tflite_micro(PUBLISHED / f"{name}_int8.tflite", inputs)
    return (name, "", "", "", f"{snr(wanted, found):.1f}", f"{snr(wanted, theirs):.1f}")


# --- The table ----------------------------------------------------------------------------------------

HEADINGS = (
    "network", "float top-1 %", "ours top-1 %", "other's top-1 %", "ours SNR dB", "other's SNR dB"
)  # fmt: skip


DRAWN_HEADINGS = (
    "network", "float top-1 %", "ours, mean", "ours, least", "other's, mean", "other's, least"
)  # fmt: skip


def line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def main(wanted: list[str]) -> None:
    logging.disable(logging.WARNING)  # ONNX Runtime recommends what was done
    lines: list[str] = []

    def add(*rows: Any) -> None:
        lines.extend(map(line, rows))
        print("\n".join(lines[-len(rows) :]), flush=True)

    add(HEADINGS, ["---"] * len(HEADINGS))
    paths = {path.stem: path for path in sorted(NETWORKS.glob("*.onnx"))}
    published = [name for name in INPUTS if (PUBLISHED / f"{name}_fp32.tflite").exists()]
    for name in wanted or [*paths, *published]:
        compare = compare_with_onnx_runtime if name in paths else compare_with_published
        add(compare(paths.get(name, name)))  # type: ignore[arg-type]
    lines.append("")
    add(DRAWN_HEADINGS, ["---"] * len(DRAWN_HEADINGS))
    for name in wanted or paths:
        if name in paths and name != HARD:  # whose calibration images are made
            add(over_draws(paths[name]))
    if not wanted:
        (Path(__file__).parent / "quantise.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
