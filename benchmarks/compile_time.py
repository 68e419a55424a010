"""What compiling takes over the number of layers, and --quantize of two large networks.

    .venv/bin/python -m benchmarks.compile_time

Processor seconds of a process of its own, start and imports included, and its peak memory; writes
benchmarks/compile_time.md. Not a test: machines differ. Twice the layers should take twice the time.
"""

import argparse
import math
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tflite

from benchmarks.measure import ROOT, measure_compiler, models
from tests.quantize.models import Graph
from tests.tflite_model import Model

LAYERS = (10, 20, 50, 100, 200, 500)
CHANNELS, SIZE = 8, 8
NO_BUDGET = ("--flash", "64M", "--ram", "64M")
CALIBRATED = (*NO_BUDGET, "--quantize", "random")


def int8(layers: int, path: Path) -> Path:
    """Convolutions, one behind the other, as TFLite has them."""
    rng, model, shape = np.random.default_rng(0), Model(), (1, SIZE, SIZE, CHANNELS)
    scales = np.full(CHANNELS, 0.01)
    first = x = model.tensor("x", shape, scale=0.05)
    for i in range(layers):
        weights = rng.integers(-127, 128, (CHANNELS, 3, 3, CHANNELS)).astype(np.int8)
        w = model.constant(f"w{i}", weights, scale=scales)
        b = model.constant(f"b{i}", np.zeros(CHANNELS, np.int32), scale=0.05 * scales)
        y = model.tensor(f"y{i}", shape, scale=0.05)
        model.operator("CONV_2D", [x, w, b], [y], "Conv2DOptions", padding=tflite.Padding.SAME,
                       stride_h=1, stride_w=1, dilation_h_factor=1, dilation_w_factor=1)  # fmt: skip
        x = y
    path.write_bytes(model.build([first], [x]))
    return path


def block(
    g: Graph,
    x: str,
    name: str,
    shape: tuple[int, ...],
    stride: int = 1,
    group: int = 1,
    relu: bool = True,
) -> str:
    """Convolution, batch normalisation, ReLU; `shape` of the weights, (O, I, H, W)."""
    pads = [size // 2 for size in shape[2:]] * 2
    x = g.conv(x, name, shape, strides=[stride] * 2, pads=pads, group=group)
    values = ("scale", 0.5), ("shift", 0.0), ("mean", 0.0), ("variance", 0.5)
    constants = [g.weight(f"{name}.{n}", low + g.rng.uniform(size=shape[0])) for n, low in values]
    x = g.node("BatchNormalization", [x, *constants], f"{name}.bn")
    return g.node("Relu", [x], f"{name}.relu") if relu else x


def float32(layers: int, path: Path) -> Path:
    g, x = Graph(), "x"
    for i in range(layers):
        x = block(g, x, f"conv{i}", (CHANNELS, CHANNELS, 3, 3))
    shape = (1, CHANNELS, SIZE, SIZE)
    return g.save(path, {"x": shape}, {x: shape})


def audio(path: Path) -> Path:
    """900 x 120, 10 convolutions, two fully connected layers."""
    g, x = Graph(), "x"
    for i, (before, after) in enumerate(pairwise((1, 16, 16, 24, 24, 32, 32, 48, 48, 64, 64))):
        stride = 1 + (1 < before < after)
        x = block(g, x, f"conv{i}", (after, before, 3, 3), stride)
    x = g.node("Flatten", [g.node("GlobalAveragePool", [x], "mean")], "flat")
    for i, shape in enumerate([(64, 32), (32, 10)]):
        weights = g.weight(f"fc{i}.w", g.rng.normal(size=shape) / math.sqrt(shape[0]))
        x = g.node("MatMul", [x, weights], f"fc{i}")
    x = g.node("Softmax", [x], "scores")
    return g.save(path, {"x": (1, 1, 900, 120)}, {x: (1, 10)})


def face(path: Path) -> Path:
    """192 x 192, inverted residuals as of MobileNetV2, boxes and scores."""
    g = Graph()
    x, channels = block(g, "x", "stem", (16, 3, 3, 3), 2), 16
    stages = [(24, 2, 2), (32, 3, 2), (48, 3, 1), (64, 3, 2), (96, 2, 1)]
    steps = [(c, s if i == 0 else 1) for c, count, s in stages for i in range(count)]
    for i, (after, stride) in enumerate(steps):
        wide = 4 * channels
        y = block(g, x, f"wide{i}", (wide, channels, 1, 1))
        y = block(g, y, f"depth{i}", (wide, 1, 3, 3), stride, group=wide)
        y = block(g, y, f"narrow{i}", (after, wide, 1, 1), relu=False)
        x = g.node("Add", [x, y], f"sum{i}") if after == channels else y
        channels = after
    boxes = g.conv(x, "boxes", (8, channels, 3, 3), pads=[1] * 4)
    scores = g.node("Sigmoid", [g.conv(x, "found", (2, channels, 3, 3), pads=[1] * 4)], "scores")
    return g.save(path, {"x": (1, 3, 192, 192)}, {boxes: (1, 8, 12, 12), scores: (1, 2, 12, 12)})


def row(name: str, path: Path, *words: str) -> str:
    found = measure_compiler(name, path, "portable", *words)
    line = f"| {name} | {found.seconds:.1f} | {found.peak_mib:.0f} |"
    print(line, flush=True)
    return line


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = ["| network | processor seconds | peak MiB |", "|---|---|---|"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        for layers in LAYERS:
            path = int8(layers, folder / f"int8_{layers}.tflite")
            lines.append(row(f"{layers} convolutions, int8", path, *NO_BUDGET))
        for layers in LAYERS:
            path = float32(layers, folder / f"float_{layers}.onnx")
            lines.append(row(f"{layers} convolutions with batch norm, float32", path, *NO_BUDGET))
        for short, path in models(ROOT.parent / "shared" / "models").items():
            lines.append(row(f"{short}, int8", path))
        for made, title in ((audio, "900x120 audio"), (face, "192x192x3 face")):
            path = made(folder / f"{made.__name__}.onnx")
            lines.append(row(f"{title}, --quantize, 64 samples", path, *CALIBRATED))
    (ROOT / "benchmarks" / "compile_time.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
